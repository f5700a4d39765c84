"""The command `methodhost check`, as a shell sees it, and its rules."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from connectors.check_command import CheckCommand

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    WriteFolder = Callable[[Mapping[str, str]], Path]

METHODHOST = str(Path(sys.executable).with_name("methodhost"))
EXAMPLES = Path(__file__).parents[2] / "examples"
GOOD = "export default async ({ input }) => input"


def check(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command and return how it ended."""
    return subprocess.run([METHODHOST, "check", *arguments], capture_output=True, text=True, check=False, timeout=60)


def test_a_connector_without_problems_has_status_0() -> None:
    """The example has none, and its document says what was looked at."""
    result = check(str(EXAMPLES / "crm"), "--json")
    assert (0, "") == (result.returncode, result.stderr)
    document = json.loads(result.stdout)
    assert ["ok", "error", "target", "methods", "files", "problems"] == list(document)
    assert (True, None, []) == (document["ok"], document["error"], document["problems"])
    assert "data/contacts/list" in document["methods"]
    assert len(document["methods"]) < document["files"]


def test_a_problem_has_status_1_and_is_shown_with_its_source(write_folder: WriteFolder) -> None:
    """A person reads file, line, column, rule, what to do, and the lines around the place."""
    folder = write_folder(
        {"operations/go/run.js": "import { tidy } from './tidy'\nexport default ({ input }) => tidy(input)\n"}
    )
    result = check(str(folder))
    assert (1, "") == (result.returncode, result.stderr)
    lines = [line.rstrip() for line in result.stdout.splitlines()]
    assert "operations/go/run.js:1:22 import: This imports './tidy', but there is no such file." == lines[0]
    assert "  > 1 │ import { tidy } from './tidy'" == lines[1]
    assert lines[1].index("'./tidy'") == lines[2].index("^")
    assert "1 problem in 1 file and 1 method" == lines[-1]


@pytest.mark.parametrize("arguments", [(), ("no/such/folder",), ("{folder}",), ("{folder}", "--no-such-option")])
def test_a_wrong_command_has_status_2(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    """What is no connector gives a message on standard error, or one document with an error."""
    arguments = tuple(argument.format(folder=tmp_path) for argument in arguments)
    plain = check(*arguments)
    assert (2, "") == (plain.returncode, plain.stdout)
    assert plain.stderr.strip()
    machine = check(*arguments, "--json")
    assert 2 == machine.returncode
    document = json.loads(machine.stdout)
    assert (False, "configuration") == (document["ok"], document["error"]["type"])


def test_nothing_of_the_code_is_run(write_folder: WriteFolder) -> None:
    """Code that would never end, at the top of its file, is looked at like any other."""
    report = CheckCommand(path=str(write_folder({"operations/go/run.js": f"while (true) {{}}\n{GOOD}"}))).execute()
    assert report.ok


FOLDER = {
    "spec.yml": "name: Shop\nkye: shop\nauth:\n  type: oauth2\n  tests: {}\nlimits:\n  wall_tim: 3\n",
    "auth/make-api-client.js": "export default ({ apiClient, credentials }) => `${credentials.uri}`\n",
    "auth/test.js": "export async function test({ apiClient }) {\n  await apiClient.get('me')\n}\n",
    "auth/disconnect.js": "export default async ({ apiClient }) => { await apiClient.delete('token') }\n",
    "data/orders/spec.yml": "type: collection\nmethods:\n"
    "  list: { implementationType: javascript }\n  serch: { implementationType: not-supported }\n"
    "  create: { implementationType: rest-api-mapping }\n  update: { implementationType: typescript }\n",
    "data/orders/list.ts": "import { toRecord, toRecrod, Order } from '../../lib/records'\nimport { z } from 'zod'\n"
    "import type { Nothing } from './types'\n"
    "export default async function list({ externalApiClent, cursor, fields, pageSize }: Order) {\n"
    "  const page = await externalApiClent.get('orders', { cursor })\n"
    "  if (page.done) return { records: z(toRecord(toRecrod)), cursor: fields ?? pageSize }\n"
    "  return { items: page.orders }\n}\n",
    "data/orders/find-by-id.js": "module.exports = async (args) => {\n"
    "  const { apiClient: api, idd } = args\n  const order = api.get(idd)\n  api.post('seen', {})\n"
    "  api.get('x').then(console.log)\n  return { record: order.data, ...api.get('y') }\n}\n",
    "data/orders/create.js": "const create = 1\nmodule.exports = { create }\n",
    "data/orders/update.js": "export default class Update {}\n",
    "data/orders/delete.js": "export default async function* () {}\n",
    "data/orders/match.js": "export default async ({ query }) => query.id ? null : 'none'\n",
    "data/orders/search.ts": "export default (async () => { throw new Error('later') }) satisfies unknown\n",
    "data/orders/serch.js": "export default () => 1\n",
    "data/orders/events-created-webhook-handle.js": "export default ({ body, events }) => ({ event: body })\n",
    "data/users/index.js": "import { DataCollectionHandler } from '@integration-app/sdk'\n"
    "export default new DataCollectionHandler({\n  spec: {},\n  list({ curser }) { return { records: [], cursor: curser } },\n})\n",
    "data/places/index.js": "export default { name: 'places' }\n",
    "operations/sync/rnu.js": "export default () => 1\n",
    "lib/records.ts": "export const toRecord = (order: Order) => order\nexport interface Order { id: string }\nexport enum Kind { A }\n",
    "lib/index.js": "export const unused = 1\n",
    "tests/helper.js": "module.exports = 1\n",
    "operations/sums/run.js": "export default async ({ apiClient, input }) => {\n"
    "  const page = apiClient.get('orders')\n  const other = apiClient.get('x').then((y) => y.z)\n"
    "  const all = (await page).orders.map((page) => page.total)\n  return { all, other: await other, input }\n}\n",
    "lib/records.test.ts": "import './records'\n",
}
"""A connector with a mistake in almost every line."""

FOUND = """
auth/make-api-client.js:1:19 argument
auth/make-api-client.js:1:48 result
auth/test.js:1:8 result
data/orders/create.js:2:1 export
data/orders/delete.js:1:16 result
data/orders/events-created-webhook-handle.js:1:25 argument
data/orders/events-created-webhook-handle.js:1:39 result
data/orders/find-by-id.js:2:27 argument
data/orders/find-by-id.js:3:17 await
data/orders/find-by-id.js:4:3 await
data/orders/find-by-id.js:6:35 await
data/orders/list.ts:1:20 import
data/orders/list.ts:2:19 import
data/orders/list.ts:4:38 argument
data/orders/list.ts:4:64 argument
data/orders/list.ts:7:10 result
data/orders/match.js:1:55 result
data/orders/serch.js unused
data/orders/spec.yml:4 definition
data/orders/spec.yml:5 missing
data/orders/spec.yml:6 definition
data/orders/update.js:1:1 export
data/places/index.js:1:1 export
data/users/index.js:4:10 argument
lib/index.js unused
operations/sync missing
operations/sync/rnu.js unused
spec.yml missing
spec.yml:2 definition
spec.yml:5 definition
spec.yml:7 definition
"""


def test_every_rule_finds_its_mistakes_and_no_others(write_folder: WriteFolder) -> None:
    """Each mistake is found once, at its place; what only looks like one is not."""
    report = CheckCommand(path=str(write_folder(FOLDER))).execute()
    found = [
        ":".join(str(part) for part in (one.file, one.line, one.column) if part) + f" {one.rule}"
        for one in report.problems
    ]
    assert FOUND.strip().splitlines() == found
    messages = {(one.file, one.rule): one.message for one in report.problems}
    assert "Did you mean externalApiClient?" not in messages["data/orders/list.ts", "result"]
    assert "an object without records (items is not read)" in messages["data/orders/list.ts", "result"]
    assert "lib/records.ts has no export 'toRecrod'" in "".join(one.message for one in report.problems)
    (zod,) = (one.message for one in report.problems if "zod" in one.message)
    assert "Available: " in zod
    assert "@integration-app/sdk" in zod


BROKEN = {
    "operations/one/run.js": "export default () => {\n  return [1, 2\n}\n",
    "operations/two/run.ts": "export default (input: { a: number) => input\n",
    "operations/three/run.js": "const a = 1\nconst a = 2\nmodule.exports = () => a\n",
    "operations/four/run.js": "module.exports = () => 1\n}\nwhile (true) {}\nfunction () {\n",
    "operations/five/run.js": "export default () => 1\n",
    "operations/six/run.js": "",
    "lib/table.json": "[\n1,\n]",
}


def test_syntax_errors_are_found_as_a_run_would_find_them(write_folder: WriteFolder) -> None:
    """Each file that V8, or the transformer, does not take is told; what is unused is not told then, as it does not show."""
    report = CheckCommand(path=str(write_folder(BROKEN))).execute()
    found = [(one.file, one.line, one.rule) for one in report.problems]
    assert [
        ("lib/table.json", 3, "syntax"),
        ("operations/four/run.js", 2, "syntax"),
        ("operations/one/run.js", 3, "syntax"),
        ("operations/six/run.js", None, "file"),
        ("operations/three/run.js", 2, "syntax"),
        ("operations/two/run.ts", 1, "syntax"),
    ] == found


def test_a_handler_holds_the_methods_that_its_collection_promises(write_folder: WriteFolder) -> None:
    """What a collection's spec.yml says to be JavaScript may be in an index file; what is in src is looked at there."""
    files = {
        "src/spec.yml": "name: A\nkey: a\n",
        "src/data/users/spec.yml": "name: Users\nmethods:\n  find:\n    implementationType: javascript\n",
        "src/data/users/index.ts": "export default { find: () => ({ records: [] }) }\n",
        "src/lib/unused.js": "exports.a = 1",
    }
    problems = [(one.rule, one.file) for one in CheckCommand(path=str(write_folder(files))).execute().problems]
    assert [("unused", "lib/unused.js")] == problems
