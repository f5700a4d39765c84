"""A small API of a fulfilment service, and one of exchange rates beside it, for the connector of `examples/fulfilment`.

`/v2/...` wants the key in `X-Api-Key`, pages with `next` links, and takes orders that are signed. `/rates` is another
service's: it wants no key, refuses whoever shows one, and asks who calls in `X-Client`.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import hashlib
import hmac
import json
import sys
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from aiohttp import web

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

API_KEY = "pw_key_live"
SIGNING_SECRET = b"pw_secret_live"
LONGEST_AGE_SECONDS = 300
RATES = {"EUR": 1.0, "USD": 0.9, "GBP": 1.2}
"""What a unit is worth in euros."""

CUSTOMERS = [{"id": f"cus_{n:02d}", "name": f"Shop {n}", "country": ("DE", "US", "GB")[n % 3]} for n in range(1, 6)]
ORDERS: list[dict[str, Any]] = [
    {
        "id": f"ord_{n:03d}",
        "customer_id": CUSTOMERS[n % 5]["id"],
        "status": ("new", "packed", "shipped")[n % 3],
        "total": 10.0 + n,
        "currency": ("EUR", "USD", "GBP")[n % 3],
        "placed_at": f"2026-03-{n % 28 + 1:02d}T09:00:00Z",
    }
    for n in range(1, 46)
]


def error(status: int, message: str) -> web.Response:
    """Return a failure."""
    return web.json_response({"message": message}, status=status)


@web.middleware
async def check_key(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Let the key's owner through to `/v2`, and nobody with a key to what is another service's."""
    key = request.headers.get("X-Api-Key")
    if request.path.startswith("/v2/"):
        return await handler(request) if key == API_KEY else error(401, "The key is not valid.")
    return await handler(request) if key is None else error(400, "This service has no keys.")


async def account(_: web.Request) -> web.Response:
    """Say whose key it is."""
    return web.json_response({"name": "Granite Peak", "active": True})


def page(request: web.Request, items: list[dict[str, Any]]) -> web.Response:
    """Answer with a part of `items`, sorted as asked, and the address of the next part."""
    for name in reversed(request.query.getall("sort", [])):
        items = sorted(items, key=lambda item: str(item[name]))
    size, start = int(request.query.get("page_size", "10")), int(request.query.get("start", "0"))
    more = [(name, value) for name, value in request.query.items() if name != "start"]
    address = f"{request.url.origin()}{request.path}?{urlencode([*more, ('start', start + size)])}"
    left = start + size < len(items)
    return web.json_response({"items": items[start : start + size], "next": address if left else None})


async def list_orders(request: web.Request) -> web.Response:
    """Answer with orders, of one status if that is asked for."""
    status = request.query.get("status")
    return page(request, [order for order in ORDERS if status in {None, order["status"]}])


async def list_customers(request: web.Request) -> web.Response:
    """Answer with customers."""
    return page(request, list(CUSTOMERS))


async def one_customer(request: web.Request) -> web.Response:
    """Answer with one customer."""
    found = [customer for customer in CUSTOMERS if customer["id"] == request.match_info["id"]]
    return web.json_response(found[0]) if found else error(404, "There is no such customer.")


async def create_order(request: web.Request) -> web.Response:
    """Take an order whose signature is right."""
    body = await request.read()
    timestamp = request.headers.get("X-Timestamp", "0")
    signed = hmac.new(SIGNING_SECRET, f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(request.headers.get("X-Signature", ""), f"v1={signed}"):
        return error(403, "The signature is not right.")
    if abs(time.time() - int(timestamp)) > LONGEST_AGE_SECONDS:
        return error(403, "The signature is too old.")
    order = {"id": f"ord_{len(ORDERS) + 1:03d}", "placed_at": "2026-04-01T09:00:00Z", **json.loads(body)}
    ORDERS.append(order)
    return web.json_response(order, status=201)


async def rates(request: web.Request) -> web.Response:
    """Answer with exchange rates."""
    if request.headers.get("X-Client") is None:
        return error(400, "Say who calls, in X-Client.")
    base = request.query["base"]
    wanted = request.query.getall("symbols[]", list(RATES))
    found = {name: round(RATES[base] / RATES[name], 6) for name in wanted if name in RATES}
    return web.json_response({"base": base, "rates": found})


async def serve(*, exit_with_stdin: bool, port: int) -> None:
    """Serve until cancelled, or until stdin closes; print the address first."""
    application = web.Application(middlewares=[check_key])
    application.add_routes(
        [
            web.get("/v2/account", account),
            web.get("/v2/orders", list_orders),
            web.post("/v2/orders", create_order),
            web.get("/v2/customers", list_customers),
            web.get("/v2/customers/{id}", one_customer),
            web.get("/rates", rates),
        ]
    )
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    print(f"http://127.0.0.1:{runner.addresses[0][1]}", flush=True)
    try:
        await (asyncio.to_thread(sys.stdin.read) if exit_with_stdin else asyncio.Event().wait())
    finally:
        await runner.cleanup()


def main() -> None:
    """Run the server."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1; 0 takes a free one")
    parser.add_argument("--exit-with-stdin", action="store_true", help="end when stdin closes")
    options = parser.parse_args()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(exit_with_stdin=options.exit_with_stdin, port=options.port))


if __name__ == "__main__":
    main()
