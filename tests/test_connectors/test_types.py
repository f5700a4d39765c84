"""The command `methodhost types`: what it writes, and what a compiler makes of it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from connectors import Connector, MethodHost
from connectors.contract import CLIENT, CREDENTIALS, KINDS
from connectors.errors import DefinitionError
from connectors.package_files import TYPES, package_files
from connectors.types_command import TypesCommand

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    WriteFolder = Callable[[Mapping[str, str]], Path]

METHODHOST = str(Path(sys.executable).with_name("methodhost"))
GLOBALS = (Path(__file__).parents[1] / "test_runtime" / "globals.txt").read_text().split()
EXAMPLE = Path(__file__).parents[2] / "examples" / "fulfilment"
TYPESCRIPT = Path(__file__).parents[1] / "typescript"

GOOD = """
import type { Arguments, Method, Result } from 'methodhost'
import { ConnectionError } from '@integration-app/sdk/errors'

interface Page { orders: { id: string; name: string }[]; next?: string }

export default async function list({ apiClient, cursor, parameters }: Arguments<'data/list'>): Promise<Result<'data/list'>> {
  const page = await apiClient.get<Page>('orders', { cursor, limit: 2, shop: parameters.shop })
  const full = await apiClient.get<Page>('orders', new URLSearchParams({ a: '1' }), { returnFullResponse: true })
  const bytes = await apiClient.get('logo', {}, { responseType: 'arraybuffer' })
  for await (const piece of await apiClient.get('report', {}, { responseType: 'stream' })) console.log(piece.length)
  console.log(full.status, full.data.orders.length, bytes.toString('base64'), new URL('x:y').href)
  try {
    await apiClient.post('orders', new FormData(), { headers: { 'X-Old': null } })
  } catch (error) {
    if (error instanceof ConnectionError && error.response?.status === 404) return { records: [] }
  }
  return { records: page.orders, cursor: page.next }
}

export const test: Method<'auth/test'> = async ({ apiClient }) => apiClient.get('me')
"""

MISUSES = {
    "no_such_argument": ("({ apiClent }: Arguments<'data/list'>) => ({ records: [apiClent] })", "apiClent"),
    "no_such_verb": ("({ apiClient }: Arguments<'auth/test'>) => apiClient.head('x')", "head"),
    "no_such_option": ("({ apiClient }: Arguments<'auth/test'>) => apiClient.get('x', {}, { timeout: 3 })", "timeout"),
    "no_such_type": (
        "({ apiClient }: Arguments<'auth/test'>) => apiClient.get('x', {}, { responseType: 'blob' })",
        "blob",
    ),
    "no_records": ("(async () => ({ items: [] })) satisfies Method<'data/list'>", "items"),
    "number_for_id": ("(async () => ({ id: 5 })) satisfies Method<'data/create'>", "string"),
    "no_client": ("({ apiClient }: Arguments<'auth/make-api-client'>) => ({ headers: apiClient })", "apiClient"),
    "no_such_global": ("() => window", "window"),
}


ASKING = """
import * as sdk from '@integration-app/connector-sdk'
export default () => {
  try {
    require.resolve('no-such-module')
  } catch (error) {
    const names = /Available: (.*)\\.$/.exec(error.message)[1].split(', ')
    return { modules: names, sdk: Object.keys(sdk).filter((name) => name !== '__esModule') }
  }
}
"""
"""A method that says which modules there are, and what the SDK's exports are."""


def compile_with(node: str, folder: Path) -> list[str]:
    """Return what the compiler says of a folder, a line for each error."""
    compiler = TYPESCRIPT / "node_modules" / "typescript" / "bin" / "tsc"
    command = [node, str(compiler), "--noEmit", "--project", str(folder)]
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=60)
    return [line for line in result.stdout.splitlines() if not line.startswith(" ")]


def test_a_compiler_accepts_what_is_right_and_tells_what_is_wrong(
    write_folder: WriteFolder, node_with: Callable[[Path], str]
) -> None:
    """Every misuse is an error at its line; what there is - globals, modules, arguments of each kind, calls - is none."""
    head = "import type { Arguments, Method } from 'methodhost'\n\n"
    folder = write_folder(
        {
            "data/orders/list.ts": GOOD,
            "kinds.ts": "".join(_same_arguments()),
            "globals.ts": "".join(f"void {name}\n" for name in GLOBALS),
            "modules.ts": "".join(_imports()),
            **{f"example/{path.relative_to(EXAMPLE)}": path.read_text() for path in EXAMPLE.rglob("*.ts")},
            **{f"misuse/{name}.ts": f"{head}export default {code}\n" for name, (code, _) in MISUSES.items()},
        }
    )
    TypesCommand(path=str(folder), force=False).execute()
    found: dict[str, list[str]] = {}
    for line in compile_with(node_with(TYPESCRIPT), folder):
        place, _, message = line.partition(": error ")
        found.setdefault(place.partition(",")[0], []).append(message)
    assert {f"misuse/{name}.ts(3" for name in MISUSES} == set(found), found


def _imports() -> list[str]:
    """Return TypeScript that imports all there is."""
    with MethodHost(workers=1, spares=0) as host:
        there = host.run_sync(Connector.from_source("ask", ASKING)).unwrap()
    return [
        *(f"import * as m{index} from '{name}'\nvoid m{index}\n" for index, name in enumerate(there["modules"])),
        f"import {{ {', '.join(there['sdk'])} }} from '@integration-app/connector-sdk'\nvoid [{', '.join(there['sdk'])}]\n",
    ]


def _same_arguments() -> list[str]:
    """Return TypeScript that is an error where the declarations do not name the arguments that the contract has."""
    lines = ["import type { Arguments, Methods } from 'methodhost'\n"]
    lines.append("type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : never) : never\n")
    lines.append(f"export const kinds: Same<keyof Methods, {_union(KINDS)}> = true\n")
    for index, kind in enumerate(KINDS.values()):
        common = [name for name in (*CLIENT, *CREDENTIALS) if _is_given(kind.name, name)]
        names = _union([*kind.arguments, *common, "parameters"])
        lines.append(f"export const k{index}: Same<keyof Arguments<'{kind.name}'>, {names}> = true\n")
    return lines


def _union(names: list[str] | dict[str, object]) -> str:
    return " | ".join(f"'{name}'" for name in names)


def _is_given(kind: str, argument: str) -> bool:
    before = {"get-oauth-config", "get-token-data", "get-credentials-from-connection-parameters"}
    before |= {f"get-credentials-from-{which}-token-response" for which in ("access", "refresh")}
    if kind.removeprefix("auth/") in before:
        return False
    return kind != "auth/make-api-client" or argument in CREDENTIALS


def test_the_declared_globals_are_there() -> None:
    """No global is declared that isolates have not; that they have no other ones is for the compiler to say."""
    declared = re.findall(r"^declare (?:var|function) (\w+)", "".join(package_files(TYPES).values()), re.MULTILINE)
    of_modules, of_runs_with_a_client = {"module", "exports", "require"}, {"fetch"}
    assert set(declared) - of_modules - of_runs_with_a_client <= set(GLOBALS)


def test_files_of_the_author_are_not_written_over(write_folder: WriteFolder) -> None:
    """Its own files are written anew; a configuration is kept, and another file in their place refuses the command."""
    folder = write_folder({"operations/go/run.js": "module.exports = () => 1", "tsconfig.json": "{}"})
    first = TypesCommand(path=str(folder), force=False).execute()
    assert ("tsconfig.json",) == first.kept
    assert not (folder / "jsconfig.json").exists()
    assert first.written == TypesCommand(path=str(folder), force=False).execute().written
    own = folder / first.written[0]
    own.write_text("declare const mine: 1\n")
    with pytest.raises(DefinitionError, match="--force"):
        TypesCommand(path=str(folder), force=False).execute()
    assert "mine" in own.read_text()
    TypesCommand(path=str(folder), force=True).execute()
    assert "mine" not in own.read_text()


def test_a_folder_of_javascript_gets_a_jsconfig_and_the_document_names_all_files(write_folder: WriteFolder) -> None:
    """The document tells what was written; what was written is no file of the connector for a run or a check."""
    folder = write_folder({"operations/go/run.js": "module.exports = () => 1"})
    command = [METHODHOST, "types", str(folder), "--json"]
    result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (0, "") == (result.returncode, result.stderr)
    document = json.loads(result.stdout)
    assert ["ok", "error", "folder", "written", "kept", "next"] == list(document)
    assert "jsconfig.json" in document["written"]
    assert all((folder / name).is_file() for name in document["written"])
