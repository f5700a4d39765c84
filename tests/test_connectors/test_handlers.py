"""Handler classes of connector-sdk, as connectors of its time use them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from connectors import Connector, MethodHost

pytestmark = pytest.mark.asyncio(loop_scope="module")

FILES = {
    "data/common.ts": """
        import { DataCollectionHandler, WebhookSubscriptionHandler } from '@integration-app/connector-sdk'
        import { DataCollectionEventType } from '@integration-app/sdk/data-collections'
        export function collection(path: string): DataCollectionHandler {
          const handler = new DataCollectionHandler({ findById: ({ id }) => ({ record: { id, path } }) })
          handler.spec = async ({ spec }) => { spec.name = path; return spec }
          handler.subscription = new WebhookSubscriptionHandler({
            handleWebhook: () => ({ events: [{ type: DataCollectionEventType.CREATED }] }),
          })
          return handler
        }
    """,
    "data/users/index.ts": """
        import { DataCollectionHandler, FindArgs } from '@integration-app/connector-sdk'
        import { collection } from '../common'
        const users = new DataCollectionHandler({ ...collection('users'), path: 'data/users', find })
        export default users
        export const SCHEMA = { type: 'string', referenceCollectionPath: users.path }
        async function find({ query }: FindArgs) { return { records: [{ id: query }] } }
    """,
    "data/top/index.ts": """
        import { DataDirectoryHandler } from '@integration-app/connector-sdk'
        import { DataLocationType } from '@integration-app/sdk/connector-api'
        export default new DataDirectoryHandler({
          async spec() { return { type: DataLocationType.directory, name: 'All' } },
          list: async () => ({ locations: [{ type: DataLocationType.collection, path: '/data/users' }] }),
        })
    """,
    "data/deals/create.ts": """
        import { DataCollectionHandler } from '@integration-app/connector-sdk'
        export default class extends DataCollectionHandler {}
        export const create = ({ fields }) => ({ id: String(fields.n), is: new DataCollectionHandler({ n: 1 }).n })
    """,
    "data/plain/index.js": "module.exports = { find: () => ({ records: [] }), update: () => ({ id: '1' }) }",
    "data/wrong/index.js": "import * as sdk from '@integration-app/connector-sdk'\nexport default new sdk.DataCollectionHandler(7)",
}


@pytest.mark.parametrize(
    ("method", "args", "value"),
    [
        ("data/users/find", {"query": "q"}, {"records": [{"id": "q"}]}),
        ("data/users/find-by-id", {"id": "7"}, {"record": {"id": "7", "path": "users"}}),
        ("data/users/spec", {"spec": {"fieldsSchema": {}}}, {"fieldsSchema": {}, "name": "users"}),
        ("data/top/list", {}, {"locations": [{"type": "collection", "path": "/data/users"}]}),
        ("data/top/spec", {}, {"type": "directory", "name": "All"}),
        ("data/plain/update", {}, {"id": "1"}),
    ],
)
async def test_a_handler_holds_methods(
    shared_host: MethodHost,
    load_folder: Callable[[Mapping[str, str]], Connector],
    method: str,
    args: dict[str, object],
    value: object,
) -> None:
    """The method of a key is the handler's member of that name, given at its making or later."""
    report = await shared_host.run(load_folder(FILES), method, args=args)
    assert (value, None, ()) == (report.value, report.error, tuple(report.warnings))


async def test_what_a_handler_does_not_hold_is_told_with_what_it_holds(
    shared_host: MethodHost, load_folder: Callable[[Mapping[str, str]], Connector]
) -> None:
    """A load error names the file and lists the methods."""
    report = await shared_host.run(load_folder(FILES), "data/users/create")
    assert report.error is not None
    assert ("custom_code", "load") == (report.error.type, report.error.key)
    assert "data/users/index.ts exports no method: it exports" in report.error.message
    assert "'default' (object with findById, spec, find)" in report.error.message


async def test_what_is_no_handler_is_refused(
    shared_host: MethodHost, load_folder: Callable[[Mapping[str, str]], Connector]
) -> None:
    """A handler is made of an object."""
    report = await shared_host.run(load_folder(FILES), "data/wrong/find")
    assert report.error is not None
    assert "The argument of DataCollectionHandler must be an object, not a number" in report.error.message


async def test_the_sdk_has_the_error_classes_and_enums_of_the_contract(
    shared_host: MethodHost, load_folder: Callable[[Mapping[str, str]], Connector]
) -> None:
    """Each class has its type, and the enums have the published values."""
    code = """
        import * as sdk from '@membranehq/sdk'
        export default () => {
          const types = Object.keys(sdk).filter((name) => name.endsWith('Error'))
            .map((name) => [name, new sdk[name]('m').type, new sdk[name]('m') instanceof sdk.MembraneError])
          return { types, known: Object.values(sdk.ErrorType), keys: sdk.BadRequestErrorKey, event: sdk.DataCollectionEventType }
        }
    """
    report = await shared_host.run(load_folder({"data/a/list.js": code}))
    value = report.unwrap()
    assert isinstance(value, dict)
    types = {name: kind for name, kind, is_one in value["types"] if is_one}
    assert len(types) == len(value["types"]) == 22
    assert set(value["known"]) == set(types.values()) - {None, "request", "egress"}
    assert value["keys"]["NOT_FOUND"] == "not_found"
    assert {"CREATED": "created", "UPDATED": "updated", "DELETED": "deleted"} == value["event"]
