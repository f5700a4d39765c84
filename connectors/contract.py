"""The contract of methods: what each kind receives and gives (semantics 1.3 to 1.6)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from .arguments import takes_client, takes_credentials
from .method import keys_of

if TYPE_CHECKING:
    from .method import Method


@dataclass(frozen=True, kw_only=True)
class MethodKind:
    """Methods of one kind.

    Attributes:
        name: How the kind is called: `data/list`.
        arguments: What it receives besides what methods have in common.
        gives: `object` for an object, `value` for anything that is not nothing, `any` where nothing is read.
        keys: Keys that the object must have.
        instead: Keys of which one does as well.
        may_be_null: Whether null means something.
    """

    name: str
    arguments: tuple[str, ...] = ()
    gives: Literal["object", "value", "any"] = "object"
    keys: tuple[str, ...] = ()
    instead: tuple[str, ...] = ()
    may_be_null: bool = False


CLIENT: Final = ("apiClient", "externalApiClient", "membrane")
CREDENTIALS: Final = ("credentials",)
_CONNECTING: Final = ("connectorParameters", "connectionParameters", "connectionInput", "appParameters", "parameters")
_OAUTH: Final = (*_CONNECTING, "redirectUri", "state")
_TOKEN: Final = (*_OAUTH, "codeVerifier", "queryParameters", "tokenResponse")
_WEBHOOK_STATE: Final = ("state", "subscriptionState", "parameters")
_WEBHOOK_URI: Final = ("webhookUri", "connectorWebhookUri", "parameters", "subscription")
_REQUEST: Final = ("query", "data", "body", "headers", "rawBody", "parameters")

_AUTH: Final = (
    MethodKind(
        name="auth/get-oauth-config", arguments=_OAUTH, keys=("clientId", "authorizeUri", "tokenUri"), instead=("args",)
    ),
    MethodKind(name="auth/get-token-data", arguments=_TOKEN),
    MethodKind(name="auth/get-credentials-from-access-token-response", arguments=_TOKEN),
    MethodKind(name="auth/get-credentials-from-refresh-token-response", arguments=_TOKEN),
    MethodKind(name="auth/get-credentials-from-connection-parameters", arguments=_CONNECTING),
    MethodKind(name="auth/refresh-credentials", arguments=_CONNECTING),
    MethodKind(name="auth/make-api-client", arguments=_CONNECTING),
    MethodKind(name="auth/test", arguments=_CONNECTING, gives="value"),
    MethodKind(name="auth/disconnect", arguments=_CONNECTING, gives="any"),
)

_DATA: Final = (
    MethodKind(
        name="data/list",
        arguments=("filter", "unifiedFilter", "cursor", "limit"),
        keys=("records",),
        instead=("drilldowns",),
    ),
    MethodKind(name="data/find", arguments=("query", "cursor", "limit"), keys=("records",)),
    MethodKind(name="data/search", arguments=("query", "cursor", "limit"), keys=("records",)),
    MethodKind(name="data/find-by-id", arguments=("id",), keys=("record",), may_be_null=True),
    MethodKind(name="data/match", arguments=("query",), may_be_null=True),
    MethodKind(name="data/create", arguments=("fields",), keys=("id",)),
    MethodKind(name="data/update", arguments=("id", "fields"), keys=("id",)),
    MethodKind(name="data/delete", arguments=("id",), gives="any"),
    MethodKind(name="data/spec", arguments=("spec",), gives="any"),
    MethodKind(name="data/custom-fields-schema"),
    MethodKind(name="data/fields-from-api", arguments=("fields",)),
    MethodKind(name="data/fields-to-api", arguments=("fields",)),
    MethodKind(name="data/record-from-fields", arguments=("fields",), keys=("id",)),
    MethodKind(name="data/record-from-api", arguments=("data", "body", "record", "fields")),
    MethodKind(name="data/record-to-api", arguments=("data", "body", "record", "fields")),
)

_EVENTS: Final = (
    MethodKind(name="events/webhook-subscribe", arguments=_WEBHOOK_URI),
    MethodKind(
        name="events/webhook-handle",
        arguments=(*_REQUEST, *_WEBHOOK_STATE, "subscription"),
        keys=("events",),
        may_be_null=True,
    ),
    MethodKind(name="events/webhook-unsubscribe", arguments=(*_WEBHOOK_STATE, "subscription"), gives="any"),
    MethodKind(name="events/webhook-refresh", arguments=(*_WEBHOOK_STATE, *_WEBHOOK_URI), gives="any"),
    MethodKind(name="events/pull-latest-records", arguments=("cursor", "limit", "parameters"), keys=("records",)),
    MethodKind(name="events/custom-pull-subscribe", arguments=("parameters",), gives="any"),
    MethodKind(name="events/custom-pull-collect-events", arguments=_WEBHOOK_STATE, keys=("events",)),
    MethodKind(name="events/connector-event-get-event-config", arguments=("parameters",), keys=("eventKey",)),
    MethodKind(name="events/connector-event-extract-events", arguments=("events", "parameters"), keys=("events",)),
    MethodKind(
        name="events/get-event-selector",
        arguments=("parameters",),
        keys=("globalWebhookKey", "globalWebhookEventSelector"),
    ),
)

_OTHERS: Final = (
    MethodKind(name="global-webhooks/handle", arguments=_REQUEST, keys=("events",), may_be_null=True),
    MethodKind(name="operations/run", arguments=("input",), gives="any"),
)

KINDS: Final = {kind.name: kind for kind in (*_AUTH, *_DATA, *_EVENTS, *_OTHERS)}
"""All kinds by their names."""

_SAME: Final = {
    "auth/oauth-config": "auth/get-oauth-config",
    "events/pull": "events/custom-pull-collect-events",
    "events/subscribe": "events/webhook-subscribe",
    "events/handle": "events/webhook-handle",
    "events/unsubscribe": "events/webhook-unsubscribe",
    "events/refresh": "events/webhook-refresh",
}
_EVENT: Final = re.compile(r"^(?:events-)?(?:(?:created|updated|deleted|all)-)?(?=\w)")
_EVENT_PREFIXES: Final = ("events-", "created-", "updated-", "deleted-", "all-")


def kind_of(method: Method) -> MethodKind | None:
    """Return the kind of a method; None where the contract has none for it, as for a connector that is one file."""
    folder, _, rest = method.name.partition("/")
    if not rest:
        return None
    key = method.key
    if folder == "data" and key.startswith(_EVENT_PREFIXES):
        folder, key = "events", _EVENT.sub("", key)
    found = (KINDS.get(_SAME.get(name, name)) for name in (f"{folder}/{one}" for one in keys_of(key)))
    return next((kind for kind in found if kind is not None), None)


def keys_in(folder: str) -> list[str]:
    """Return the keys of the methods that a folder of connectors may hold."""
    return [name.partition("/")[2] for name in (*KINDS, *_SAME) if name.startswith(f"{folder}/")]


def arguments_of(method: Method, *, exposed: bool) -> list[str]:
    """Return the names of all arguments that the contract gives a method.

    Args:
        method: Which.
        exposed: See `takes_credentials`.
    """
    kind = kind_of(method)
    own = ("input",) if kind is None else kind.arguments
    client = CLIENT if takes_client(method) else ()
    credentials = CREDENTIALS if takes_credentials(method, exposed=exposed) else ()
    return list(dict.fromkeys((*own, *client, *credentials, "parameters")))
