"""Serve a small CRM over HTTP: the outside world of the `examples/crm` connector.

Everything is kept in memory and starts from the same data, and time stamps come from a clock that moves by one second
with each write: two servers that get the same requests give the same answers. Only token life and the rate limit
follow real time.

Known tokens: `crm_at_live` (valid for `--token-seconds`) and `crm_at_expired`. `crm_rt_live` with the client
`crm_client_demo` gets a new access token (`crm_at_0001`, `crm_at_0002`, ...); `crm_rt_revoked` does not.

Every error body is `{"error": {"code", "message", "field"?}}`.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import binascii
import contextlib
import hashlib
import itertools
import json
import logging
import math
import os
import re
import signal
import struct
import sys
import threading
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, NoReturn, TypeAlias

from aiohttp import web

if TYPE_CHECKING:
    from aiohttp.typedefs import Handler, Middleware

Record: TypeAlias = dict[str, object]
Check: TypeAlias = Callable[[object], str | None]

HOST = "127.0.0.1"
CLIENT_ID = "crm_client_demo"
LIVE_ACCESS = "crm_at_live"
EXPIRED_ACCESS = "crm_at_expired"
LIVE_REFRESH = "crm_rt_live"
PAGE_SIZE, LARGEST_PAGE = 25, 100
LARGEST_AMOUNT = 1_000_000_000
REPORT_CALLS = 2
LONGEST_SLEEP_SECONDS = 60.0
STDIN = 0

EXPORT_STATES = (("queued", 0), ("queued", 0), ("running", 20), ("running", 55), ("running", 90), ("done", 100))
STAGES = ("qualified", "proposal", "negotiation", "won", "lost")
PIPELINES = ("new_business", "renewal", "partner")
PRODUCTS = ("Starter plan", "Team plan", "Enterprise licence", "Onboarding package", "Support retainer")
TITLES = ("Head of Operations", "Account Manager", "Chief Financial Officer", "Procurement Lead", "IT Director")
COMPANIES = (
    ("Alder & Finch", "alderfinch.example", "Legal services", "Edinburgh"),
    ("Brightwater Logistics", "brightwater.example", "Logistics", "Rotterdam"),
    ("Calloway Foods", "callowayfoods.example", "Food production", "Chicago"),
    ("Dunmore Energy", "dunmore.example", "Energy", "Aberdeen"),
    ("Estrella Textiles", "estrellatextiles.example", "Textiles", "Valencia"),
    ("Fjordline Marine", "fjordline.example", "Logistics", "Bergen"),
    ("Granite Peak Software", "granitepeak.example", "Software", "Denver"),
    ("Halcyon Health", "halcyonhealth.example", "Health care", "Toronto"),
    ("Ironbridge Tools", "ironbridge.example", "Manufacturing", "Birmingham"),
    ("Juniper Row Studio", "juniperrow.example", "Design", "Melbourne"),
    ("Kestrel Analytics", "kestrelanalytics.example", "Software", "Berlin"),
    ("Lumen & Vale", "lumenvale.example", "Energy", "Lyon"),
)
PEOPLE = (
    "Amara Okafor, Benedict Shaw, Carmen Vidal, Dmitri Volkov, Elena Rossi, Farid Haddad, Greta Lindqvist, "
    "Hugo Martins, Ines Carvalho, Jonas Weber, Keiko Tanaka, Liam Gallagher, Mei Chen, Nadia Petrova, Oscar "
    "Nilsson, Priya Raman, Quentin Dubois, Rosa Delgado, Samuel Adeyemi, Tessa van Dijk, Umar Siddiqui, Vera "
    "Kowalska, Walter Brandt, Ximena Torres, Yusuf Demir, Zoe Papadakis, Adrian Popescu, Bianca Moretti, "
    "Callum Fraser, Daniela Fuentes, Emil Sorensen, Fiona Byrne, Gabriel Laurent, Hannah Goldberg, Ivan "
    "Horvat, Jasmine Patel, Karim Benali, Leila Hosseini, Marcus Thompson, Noor Rahman, Olivia Bennett, Pavel "
    "Novak, Rachel Kim, Stefan Ivanov, Talia Mizrahi, Uma Krishnan, Victor Mendes, Wanda Zielinska, Yara "
    "Haddad, Zachary Cole, Agnes Keller, Bruno Costa, Clara Jensen, Diego Ramirez, Esther Mbeki, Felix "
    "Hartmann, Gwen Pritchard, Hiro Sato, Isla Mackenzie, Julian Reyes"
)

LOG = logging.getLogger("crm_api")


class ApiError(Exception):
    """An answer other than 2xx."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        field: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Set what the answer says.

        Args:
            status: HTTP status.
            code: Stable name of the problem.
            message: One sentence for a person.
            field: The field or parameter at fault.
            headers: Headers to send with the answer.
        """
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.field = field
        self.headers = dict(headers or {})

    def response(self) -> web.Response:
        """Return the answer to send."""
        error = {"code": self.code, "message": self.message}
        if self.field is not None:
            error["field"] = self.field
        return reply({"error": error}, status=self.status, headers=self.headers)


def reply(body: Record, *, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    """Return a JSON answer."""
    return web.json_response(body, status=status, headers=headers)


# --- what a field may hold -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Field:
    """What one field of a record may hold.

    Attributes:
        check: Says what a value must be, or None when the value is right.
        required: Whether a record must have a value.
        refers_to: The table whose id it holds.
    """

    check: Check
    required: bool = False
    refers_to: str | None = None


def _text(value: object) -> str | None:
    return None if isinstance(value, str) and value.strip() else "must be a string that is not empty"


def _email(value: object) -> str | None:
    valid = isinstance(value, str) and re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s.]+", value)
    return None if valid else "must be an email address"


def _amount(value: object) -> str | None:
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= LARGEST_AMOUNT:
        return None
    return f"must be a number from 0 to {LARGEST_AMOUNT}"


def _date(value: object) -> str | None:
    with contextlib.suppress(ValueError):
        if isinstance(value, str) and date.fromisoformat(value).isoformat() == value:
            return None
    return "must be a date such as 2025-09-30"


def _one_of(*choices: str) -> Check:
    return lambda value: None if value in choices else f"must be one of: {', '.join(choices)}"


# --- data ------------------------------------------------------------------------------------------------------------


@dataclass
class Table:
    """The records of one kind, oldest first."""

    noun: str
    prefix: str
    fields: dict[str, Field]
    filters: tuple[str, ...]
    unique: str | None = None
    records: dict[str, Record] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def next_id(self) -> str:
        """Return an id that was never used."""
        return f"{self.prefix}_{next(self._numbers):03d}"

    def get(self, record_id: str) -> Record:
        """Return the record with this id.

        Raises:
            ApiError: 404 when there is none.
        """
        if record_id not in self.records:
            raise ApiError(404, "not_found", f"No {self.noun} has the id {record_id!r}.")
        return self.records[record_id]


def empty_tables() -> dict[str, Table]:
    """Return the tables of the CRM and the rules for their fields."""
    return {"companies": _companies(), "contacts": _contacts(), "deals": _deals()}


def _companies() -> Table:
    fields = {
        "name": Field(_text, required=True),
        "domain": Field(_text),
        "industry": Field(_text),
        "city": Field(_text),
    }
    return Table("company", "cmp", fields, filters=("domain", "industry"), unique="domain")


def _contacts() -> Table:
    fields = {
        "first_name": Field(_text, required=True),
        "last_name": Field(_text, required=True),
        "email": Field(_email, required=True),
        "title": Field(_text),
        "company_id": Field(_text, refers_to="companies"),
    }
    return Table("contact", "con", fields, filters=("email", "company_id"), unique="email")


def _deals() -> Table:
    fields = {
        "name": Field(_text, required=True),
        "company_id": Field(_text, required=True, refers_to="companies"),
        "contact_id": Field(_text, refers_to="contacts"),
        "amount": Field(_amount, required=True),
        "stage": Field(_one_of(*STAGES), required=True),
        "pipeline": Field(_one_of(*PIPELINES), required=True),
        "close_date": Field(_date),
    }
    return Table("deal", "deal", fields, filters=("company_id", "stage", "pipeline"))


class Crm:
    """The tables, and the rules that hold between them."""

    def __init__(self) -> None:
        """Start empty, with the clock at its first second."""
        self._now = datetime(2025, 1, 6, 9, 0, tzinfo=UTC)
        self.tables = empty_tables()

    def create(self, table: Table, values: Record) -> Record:
        """Store a new record.

        Raises:
            ApiError: 422 when a value is wrong, 409 when a unique value is taken.
        """
        self._validate(table, values)
        empty: Record = dict.fromkeys(table.fields)
        stamp = self._tick()
        record: Record = {"id": table.next_id(), **empty, **values, "created_at": stamp, "updated_at": stamp}
        table.records[str(record["id"])] = record
        return record

    def update(self, table: Table, record_id: str, values: Record) -> Record:
        """Change some fields of a record.

        Raises:
            ApiError: 404, or as for `create`.
        """
        record = table.get(record_id)
        owned = {name: record[name] for name in table.fields}
        self._validate(table, {**owned, **values}, record_id)
        record.update(values, updated_at=self._tick())
        return record

    def delete(self, table: Table, record_id: str) -> None:
        """Remove a record that no other record refers to.

        Raises:
            ApiError: 404, or 409 when a record refers to it.
        """
        table.get(record_id)
        for other in self.tables.values():
            for name, rule in other.fields.items():
                self._refuse_reference(other, name, record_id if rule.refers_to else None)
        del table.records[record_id]

    def _validate(self, table: Table, values: Record, own_id: str | None = None) -> None:
        for name in values:
            if name not in table.fields:
                raise ApiError(422, "unknown_field", f"A {table.noun} has no field {name!r} to set.", field=name)
        for name, rule in table.fields.items():
            self._validate_value(name, rule, values.get(name))
        self._refuse_duplicate(table, values, own_id)

    def _validate_value(self, name: str, rule: Field, value: object) -> None:
        if value is None:
            if rule.required:
                raise ApiError(422, "required", f"{name} is required.", field=name)
            return
        if problem := rule.check(value):
            raise ApiError(422, "invalid_value", f"{name} {problem}.", field=name)
        if rule.refers_to and value not in self.tables[rule.refers_to].records:
            noun = self.tables[rule.refers_to].noun
            raise ApiError(422, "unknown_reference", f"{name} {value!r} is not the id of a {noun}.", field=name)

    def _refuse_duplicate(self, table: Table, values: Record, own_id: str | None) -> None:
        if table.unique is None or (value := values.get(table.unique)) is None:
            return
        for record in table.records.values():
            if record["id"] != own_id and _same(record[table.unique], value):
                message = f"{record['id']} already has the {table.unique} {value!r}."
                raise ApiError(409, "already_exists", message, field=table.unique)

    def _refuse_reference(self, table: Table, name: str, record_id: str | None) -> None:
        users = [record["id"] for record in table.records.values() if record_id and record[name] == record_id]
        if users:
            raise ApiError(409, "in_use", f"{users[0]} refers to {record_id} by its {name}.")

    def _tick(self) -> str:
        self._now += timedelta(seconds=1)
        return f"{self._now:%Y-%m-%dT%H:%M:%SZ}"


def _same(stored: object, wanted: object) -> bool:
    return str(stored).casefold() == str(wanted).casefold()


def seeded_crm() -> Crm:
    """Return a CRM with 12 companies, 60 contacts and 25 deals, always the same."""
    crm = Crm()
    for company in COMPANIES:
        crm.create(crm.tables["companies"], dict(zip(("name", "domain", "industry", "city"), company, strict=True)))
    for index, person in enumerate(PEOPLE.split(", ")):
        crm.create(crm.tables["contacts"], _seed_contact(index, person))
    for index in range(25):
        crm.create(crm.tables["deals"], _seed_deal(index))
    return crm


def _seed_contact(index: int, person: str) -> Record:
    first, last = person.split(" ", 1)
    company = index % len(COMPANIES)
    return {
        "first_name": first,
        "last_name": last,
        "email": f"{first}.{last.replace(' ', '')}@{COMPANIES[company][1]}".lower(),
        "title": TITLES[index % len(TITLES)],
        "company_id": f"cmp_{company + 1:03d}",
    }


def _seed_deal(index: int) -> Record:
    company = index * 5 % len(COMPANIES)
    return {
        "name": f"{COMPANIES[company][0]}: {PRODUCTS[index % len(PRODUCTS)]}",
        "company_id": f"cmp_{company + 1:03d}",
        "contact_id": f"con_{company + 1:03d}",
        "amount": 4_500 + index * 3_700 % 61_000,
        "stage": STAGES[index * 3 % len(STAGES)],
        "pipeline": PIPELINES[index % len(PIPELINES)],
        "close_date": (date(2025, 7, 1) + timedelta(days=index * 6)).isoformat(),
    }


# --- tokens and limits -----------------------------------------------------------------------------------------------


class Tokens:
    """The access tokens, and when each one ends."""

    def __init__(self, life_seconds: float) -> None:
        """Start with the two known tokens.

        Args:
            life_seconds: How long an access token is valid.
        """
        self._life_seconds = life_seconds
        self._numbers = itertools.count(1)
        self._ends = {EXPIRED_ACCESS: -math.inf, LIVE_ACCESS: time.monotonic() + life_seconds}

    def check(self, header: str | None) -> str:
        """Return the bearer token of an Authorization header.

        Raises:
            ApiError: 401 when it is absent, unknown or expired.
        """
        scheme, _, token = (header or "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            _refuse_token("missing_token", "Send an access token: Authorization: Bearer <token>.")
        if token not in self._ends:
            _refuse_token("invalid_token", "The access token is not known.")
        if self._ends[token] <= time.monotonic():
            _refuse_token("token_expired", "The access token has expired.")
        return token

    def refresh(self, body: Record) -> Record:
        """Answer a refresh_token grant with a new access token.

        Raises:
            ApiError: 400 with the error codes of RFC 6749, section 5.2.
        """
        for name in ("grant_type", "refresh_token", "client_id"):
            if not isinstance(body.get(name), str):
                raise ApiError(400, "invalid_request", f"{name} is required, as a string.", field=name)
        if body["grant_type"] != "refresh_token":
            raise ApiError(400, "unsupported_grant_type", "Only refresh_token is supported.", field="grant_type")
        if body["client_id"] != CLIENT_ID:
            raise ApiError(400, "invalid_client", "No such client.", field="client_id")
        if body["refresh_token"] != LIVE_REFRESH:
            raise ApiError(400, "invalid_grant", "The refresh token is not valid.", field="refresh_token")
        return self._issue()

    def _issue(self) -> Record:
        token = f"crm_at_{next(self._numbers):04d}"
        self._ends[token] = time.monotonic() + self._life_seconds
        seconds = int(self._life_seconds)
        return {"access_token": token, "refresh_token": LIVE_REFRESH, "expires_in": seconds, "token_type": "Bearer"}


def _refuse_token(code: str, message: str) -> NoReturn:
    raise ApiError(401, code, message, headers={"WWW-Authenticate": 'Bearer realm="crm", error="invalid_token"'})


class RateLimit:
    """Allow a number of calls per caller in each window; a window opens with its first call."""

    def __init__(self, calls: int, window_seconds: float) -> None:
        """Start with no window open.

        Args:
            calls: Calls allowed in one window.
            window_seconds: Length of a window.
        """
        self._calls = calls
        self._window_seconds = window_seconds
        self._windows: dict[str, tuple[float, int]] = {}

    def take(self, caller: str) -> int:
        """Count a call and return how many are left in the window.

        Raises:
            ApiError: 429 with Retry-After when none was left.
        """
        now = time.monotonic()
        opened, used = self._windows.get(caller, (now, 0))
        if now - opened >= self._window_seconds:
            opened, used = now, 0
        if used >= self._calls:
            self._refuse(self._window_seconds - (now - opened))
        self._windows[caller] = (opened, used + 1)
        return self._calls - used - 1

    def headers(self, left: int) -> dict[str, str]:
        """Return the headers that tell a caller where it stands."""
        return {"X-RateLimit-Limit": str(self._calls), "X-RateLimit-Remaining": str(left)}

    def _refuse(self, wait_seconds: float) -> NoReturn:
        seconds = max(1, math.ceil(wait_seconds))
        message = f"Only {self._calls} calls are allowed in {self._window_seconds:g} s. Try again in {seconds} s."
        raise ApiError(429, "rate_limited", message, headers={"Retry-After": str(seconds), **self.headers(0)})


# --- what a request says ---------------------------------------------------------------------------------------------


async def read_object(request: web.Request) -> Record:
    """Return the JSON object that a request carries.

    Raises:
        ApiError: 415 when it is not declared as JSON, 400 when it is not a JSON object.
    """
    if request.content_type != "application/json" or "Content-Type" not in request.headers:
        raise ApiError(415, "unsupported_media_type", "Send the body as application/json.")
    try:
        body: object = json.loads(await request.read(), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        where = f": {error}" if isinstance(error, json.JSONDecodeError) else ""
        raise ApiError(400, "invalid_json", f"The body is not valid JSON{where}.") from error
    if not isinstance(body, dict):
        raise ApiError(400, "invalid_body", "The body must be a JSON object.")
    return body


def _refuse_constant(name: str) -> NoReturn:
    message = f"{name} is not a JSON number"
    raise ValueError(message)


def page_of(records: list[Record], limit: object, cursor: object) -> Record:
    """Return one page of records that are in the order of their ids.

    Args:
        records: All records to page through.
        limit: What the caller sent as limit: a whole number, in digits or as a number, or None.
        cursor: The `next_cursor` of the page before, or None.

    Raises:
        ApiError: 400 when limit or cursor is not valid.
    """
    size = _page_size(limit)
    after = 0 if cursor is None else _read_cursor(cursor)
    rest = [record for record in records if _number(record) > after]
    page = rest[:size]
    next_cursor = _write_cursor(page[-1]) if len(rest) > size else None
    return {"data": page, "paging": {"next_cursor": next_cursor}}


def _page_size(limit: object) -> int:
    if limit is None:
        return PAGE_SIZE
    text = str(limit)
    if re.fullmatch(r"[0-9]{1,3}", text) and 1 <= int(text) <= LARGEST_PAGE:
        return int(text)
    raise ApiError(400, "invalid_parameter", f"limit must be a whole number from 1 to {LARGEST_PAGE}.", field="limit")


def _number(record: Record) -> int:
    return int(str(record["id"]).rpartition("_")[2])


def _write_cursor(record: Record) -> str:
    return base64.urlsafe_b64encode(f"after:{_number(record)}".encode()).decode().rstrip("=")


def _read_cursor(cursor: object) -> int:
    text = str(cursor)
    with contextlib.suppress(ValueError, binascii.Error):
        plain = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        if match := re.fullmatch(rb"after:([0-9]{1,9})", plain):
            return int(match[1])
    raise ApiError(400, "invalid_parameter", "cursor is not one that this API gave.", field="cursor")


# --- handlers --------------------------------------------------------------------------------------------------------


class Resource:
    """The five calls that every table answers."""

    def __init__(self, crm: Crm, name: str) -> None:
        """Serve one table.

        Args:
            crm: Where the records are.
            name: The table, which is also the path.
        """
        self._crm = crm
        self._table = crm.tables[name]
        self._path = f"/v1/{name}"

    def routes(self) -> list[web.RouteDef]:
        """Return the routes of this table."""
        one = f"{self._path}/{{id}}"
        return [
            web.get(self._path, self.list_page),
            web.post(self._path, self.create),
            web.get(one, self.find),
            web.patch(one, self.update),
            web.delete(one, self.delete),
        ]

    async def list_page(self, request: web.Request) -> web.Response:
        """Answer with one page of the records that match the filters."""
        wanted = {name: request.query[name] for name in self._table.filters if name in request.query}
        records = [
            record
            for record in self._table.records.values()
            if all(_same(record[name], value) for name, value in wanted.items())
        ]
        return reply(page_of(records, request.query.get("limit"), request.query.get("cursor")))

    async def create(self, request: web.Request) -> web.Response:
        """Store a record and answer with it."""
        record = self._crm.create(self._table, await read_object(request))
        return reply(record, status=201, headers={"Location": f"{self._path}/{record['id']}"})

    async def find(self, request: web.Request) -> web.Response:
        """Answer with one record."""
        return reply(self._table.get(request.match_info["id"]))

    async def update(self, request: web.Request) -> web.Response:
        """Change a record and answer with it."""
        return reply(self._crm.update(self._table, request.match_info["id"], await read_object(request)))

    async def delete(self, request: web.Request) -> web.Response:
        """Remove a record."""
        self._crm.delete(self._table, request.match_info["id"])
        return web.Response(status=204)


class Calls:
    """The calls that are not about one table's records."""

    def __init__(self, crm: Crm, tokens: Tokens, window_seconds: float) -> None:
        """Serve the rest of the API.

        Args:
            crm: Where the records are.
            tokens: The access tokens.
            window_seconds: The window of the report's rate limit.
        """
        self._crm = crm
        self._tokens = tokens
        self._report_limit = RateLimit(REPORT_CALLS, window_seconds)
        self._upload_numbers = itertools.count(len(COMPANIES) + 1)

    def routes(self) -> list[web.RouteDef]:
        """Return the routes of these calls."""
        return [
            web.post("/oauth/token", self.token),
            web.get("/v1/me", self.me),
            web.post("/v1/contacts/search", self.search_contacts),
            web.get("/v1/reports/pipeline", self.pipeline_report),
            web.get("/v1/slow", self.slow),
            web.get("/v1/files/{id}", self.file),
            web.get("/v1/files/{id}/metadata", self.file_metadata),
            web.post("/v1/files", self.upload),
        ]

    async def token(self, request: web.Request) -> web.Response:
        """Exchange a refresh token; an Authorization header plays no part."""
        return reply(self._tokens.refresh(await read_object(request)), headers={"Cache-Control": "no-store"})

    async def me(self, _request: web.Request) -> web.Response:
        """Answer with the user to whom the token belongs."""
        workspace: Record = {"id": "wsp_001", "name": "Harbour Sales", "currency": "USD"}
        user: Record = {"id": "usr_001", "name": "Nora Lindgren", "email": "nora@harboursales.example"}
        return reply({**user, "workspace": workspace})

    async def search_contacts(self, request: web.Request) -> web.Response:
        """Answer with the contacts whose name, email or title contains the query."""
        body = await read_object(request)
        query = body.get("query")
        if problem := _text(query):
            raise ApiError(422, "invalid_value", f"query {problem}.", field="query")
        needle = str(query).strip().casefold()
        contacts = self._crm.tables["contacts"].records.values()
        found = [contact for contact in contacts if needle in _searchable(contact)]
        return reply(page_of(found, body.get("limit"), body.get("cursor")))

    async def pipeline_report(self, request: web.Request) -> web.Response:
        """Answer with the deals of one pipeline, added up by stage; rate limited per token."""
        left = self._report_limit.take(self._tokens.check(request.headers.get("Authorization")))
        pipeline = request.query.get("pipeline", PIPELINES[0])
        if problem := _one_of(*PIPELINES)(pipeline):
            raise ApiError(400, "invalid_parameter", f"pipeline {problem}.", field="pipeline")
        deals = [deal for deal in self._crm.tables["deals"].records.values() if deal["pipeline"] == pipeline]
        stages = [_stage_total(stage, deals) for stage in STAGES]
        body: Record = {"pipeline": pipeline, "currency": "USD", "deals": len(deals), "stages": stages}
        return reply(body, headers=self._report_limit.headers(left))

    async def slow(self, request: web.Request) -> web.Response:
        """Answer after the seconds that were asked for."""
        seconds = _seconds(request.query.get("seconds", "1"))
        await asyncio.sleep(seconds)
        return reply({"slept_seconds": seconds})

    async def file(self, request: web.Request) -> web.Response:
        """Answer with the bytes of a file."""
        metadata, content = _stored_file(request.match_info["id"])
        disposition = f'attachment; filename="{metadata["name"]}"'
        return web.Response(body=content, content_type="image/png", headers={"Content-Disposition": disposition})

    async def file_metadata(self, request: web.Request) -> web.Response:
        """Answer with what is known about a file."""
        return reply(_stored_file(request.match_info["id"])[0])

    async def upload(self, request: web.Request) -> web.Response:
        """Take a file of a company, sent as a form, and answer with what is known about it."""
        if request.content_type != "multipart/form-data":
            raise ApiError(415, "unsupported_media_type", "Send the file as multipart/form-data.")
        fields = await request.post()
        company, file = fields.get("company_id"), fields.get("file")
        if not isinstance(file, web.FileField):
            raise ApiError(422, "required", "file is required, as a file.", field="file")
        if company not in self._crm.tables["companies"].records:
            message = f"company_id {company!r} is not the id of a company."
            raise ApiError(422, "unknown_reference", message, field="company_id")
        content = file.file.read()
        record: Record = {
            "id": f"fil_{next(self._upload_numbers):03d}",
            "name": file.filename,
            "company_id": company,
            "content_type": file.content_type,
            "size_bytes": len(content),
            "sha256": hashlib.sha256(content).hexdigest(),
        }
        return reply(record, status=201)


class Exports:
    """Files that are made in the background: each time somebody asks for one, it is further on."""

    def __init__(self, crm: Crm) -> None:
        """Serve exports of contacts.

        Args:
            crm: Where the contacts are.
        """
        self._crm = crm
        self._asked: dict[str, int] = {}

    def routes(self) -> list[web.RouteDef]:
        """Return the routes of exports."""
        one = "/v1/exports/{id}"
        return [web.post("/v1/exports", self.start), web.get(one, self.state), web.get(f"{one}/file", self.file)]

    async def start(self, request: web.Request) -> web.Response:
        """Begin an export."""
        kind = (await read_object(request)).get("type")
        if problem := _one_of("contacts")(kind):
            raise ApiError(422, "invalid_value", f"type {problem}.", field="type")
        export_id = f"exp_{len(self._asked) + 1:03d}"
        self._asked[export_id] = 0
        return reply(self._record(export_id), status=202, headers={"Location": f"/v1/exports/{export_id}"})

    async def state(self, request: web.Request) -> web.Response:
        """Say how far an export is."""
        export_id = self._known(request)
        self._asked[export_id] += 1
        return reply(self._record(export_id))

    async def file(self, request: web.Request) -> web.Response:
        """Answer with the contacts as CSV, once they are complete."""
        export_id = self._known(request)
        if self._record(export_id)["status"] != "done":
            raise ApiError(409, "not_ready", f"{export_id} is not ready yet.")
        contacts = self._crm.tables["contacts"].records.values()
        lines = ["id,first_name,last_name,email", *(",".join(map(str, list(one.values())[:4])) for one in contacts)]
        headers = {"Content-Disposition": 'attachment; filename="contacts.csv"'}
        return web.Response(text="\n".join(lines) + "\n", content_type="text/csv", headers=headers)

    def _known(self, request: web.Request) -> str:
        export_id = request.match_info["id"]
        if export_id not in self._asked:
            raise ApiError(404, "not_found", f"No export has the id {export_id!r}.")
        return export_id

    def _record(self, export_id: str) -> Record:
        status, progress = EXPORT_STATES[min(self._asked[export_id], len(EXPORT_STATES) - 1)]
        return {"id": export_id, "type": "contacts", "status": status, "progress": progress}


def _searchable(contact: Record) -> str:
    return " ".join(str(contact[name] or "") for name in ("first_name", "last_name", "email", "title")).casefold()


def _stage_total(stage: str, deals: list[Record]) -> Record:
    amounts = [deal["amount"] for deal in deals if deal["stage"] == stage]
    return {"stage": stage, "deals": len(amounts), "amount": sum(a for a in amounts if isinstance(a, int | float))}


def _seconds(text: str) -> float:
    with contextlib.suppress(ValueError):
        if 0 <= (seconds := float(text)) <= LONGEST_SLEEP_SECONDS:
            return seconds
    message = f"seconds must be a number from 0 to {LONGEST_SLEEP_SECONDS:g}."
    raise ApiError(400, "invalid_parameter", message, field="seconds")


# --- files -----------------------------------------------------------------------------------------------------------


def _stored_file(file_id: str) -> tuple[Record, bytes]:
    """Return the metadata and the bytes of a company's logo."""
    match = re.fullmatch(r"fil_([0-9]{3})", file_id)
    number = int(match[1]) if match else 0
    if not 1 <= number <= len(COMPANIES):
        raise ApiError(404, "not_found", f"No file has the id {file_id!r}.")
    content = _png(32, hue=number * 20)
    return {
        "id": file_id,
        "name": f"{COMPANIES[number - 1][1].partition('.')[0]}-logo.png",
        "company_id": f"cmp_{number:03d}",
        "content_type": "image/png",
        "size_bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }, content


def _png(side: int, hue: int) -> bytes:
    """Return a square picture that fades from one colour to another: PNG, 8 bits, RGB."""
    rows = b"".join(
        b"\x00" + b"".join(bytes((hue, 255 * x // side, 255 * y // side)) for x in range(side)) for y in range(side)
    )
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_png_chunk(kind, data) for kind, data in chunks)


def _png_chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


# --- the application -------------------------------------------------------------------------------------------------

CODES = {404: "not_found", 405: "method_not_allowed", 413: "body_too_large"}


@web.middleware
async def answer_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn every failure into the one shape of error body."""
    try:
        return await handler(request)
    except ApiError as error:
        return error.response()
    except web.HTTPException as error:
        code = CODES.get(error.status, "http_error")
        message = f"{request.method} {request.path}: {error.reason}."
        headers = {"Allow": error.headers["Allow"]} if "Allow" in error.headers else None
        return ApiError(error.status, code, message, headers=headers).response()
    except Exception:
        LOG.exception("%s %s failed", request.method, request.path)
        return ApiError(500, "internal", "The API failed. This is not the caller's fault.").response()


def bearer_required(tokens: Tokens) -> Middleware:
    """Return the middleware that lets only valid access tokens reach /v1."""

    @web.middleware
    async def check_bearer(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path.startswith("/v1/"):
            tokens.check(request.headers.get("Authorization"))
        return await handler(request)

    return check_bearer


def make_app(token_seconds: float, window_seconds: float) -> web.Application:
    """Return the API with its data.

    Args:
        token_seconds: How long an access token is valid.
        window_seconds: The window of the report's rate limit.
    """
    crm, tokens = seeded_crm(), Tokens(token_seconds)
    app = web.Application(middlewares=[answer_errors, bearer_required(tokens)])
    app.add_routes(Calls(crm, tokens, window_seconds).routes())
    app.add_routes(Exports(crm).routes())
    for name in crm.tables:
        app.add_routes(Resource(crm, name).routes())
    return app


async def serve(options: argparse.Namespace) -> None:
    """Serve until SIGTERM, SIGINT or, when asked for, the end of stdin."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    app = make_app(options.token_seconds, options.window_seconds)
    runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=1.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, HOST, options.port).start()
        if options.exit_with_stdin:
            threading.Thread(target=_await_end_of_stdin, args=(loop, stop), daemon=True).start()
        print(f"http://{HOST}:{runner.addresses[0][1]}", flush=True)
        await stop.wait()
    finally:
        await runner.cleanup()


def _await_end_of_stdin(loop: asyncio.AbstractEventLoop, stop: asyncio.Event) -> None:
    """Runs on its own thread: any kind of stdin can be read this way, and a daemon thread holds up no exit."""
    with contextlib.suppress(OSError):
        while os.read(STDIN, 4096):
            pass
    with contextlib.suppress(RuntimeError):
        loop.call_soon_threadsafe(stop.set)


def _positive_seconds(text: str) -> float:
    seconds = float(text)
    if not 0 < seconds < math.inf:
        message = f"{text} is not more than 0"
        raise argparse.ArgumentTypeError(message)
    return seconds


def read_options() -> argparse.Namespace:
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(description="Serve a small CRM over HTTP and print its base URI when ready.")
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1; 0 takes a free one")
    parser.add_argument("--token-seconds", type=_positive_seconds, default=3600.0, help="life of an access token")
    parser.add_argument("--window-seconds", type=_positive_seconds, default=60.0, help="window of the rate limit")
    parser.add_argument("--exit-with-stdin", action="store_true", help="end when stdin closes")
    return parser.parse_args()


def main() -> int:
    """Run the server and return its exit status."""
    try:
        asyncio.run(serve(read_options()))
    except OSError as error:
        print(f"cannot serve: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
