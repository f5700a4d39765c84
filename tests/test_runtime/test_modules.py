"""Methods of several files, in JavaScript and TypeScript."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from runtime import Location
from runtime.transform import CompiledModule

if TYPE_CHECKING:
    from conftest import Bench

pytestmark = pytest.mark.asyncio(loop_scope="module")

FILES = {
    "shared/names.ts": "export const first: string = 'Ada'\nexport default 'default name'\nexport type Only = { a: string }\n",
    "shared/index.js": "export * from './names'\nexport { default as name } from './names'\nexport const kind = 'index'\n",
    "shared/plain.cjs": "exports.plain = __kind => 'cjs'\nexports.read = () => require('./data.json').n\n",
    "shared/data.json": '{"n": 7, "text": "\u2028"}',
    "data/contacts/fields.ts": "export enum Field { Name = 'name', Age = 'age' }\nexport const enum Size { Small = 1, Large }\n",
}


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("import { first } from '../../shared/names'\nexport default () => first", "Ada"),
        ("import { first } from '../../shared/names.ts'\nexport default () => first", "Ada"),
        ("import { first } from '../../shared/names.js'\nexport default () => first", "Ada"),
        ("import name from '../../shared/names'\nexport default () => name", "default name"),
        (
            "import * as all from '../../shared'\nexport default () => [all.first, all.name, all.kind]",
            ["Ada", "default name", "index"],
        ),
        ("import { kind as k } from '../../shared/index.js'\nexport default () => k", "index"),
        ("import data from '../../shared/data.json'\nexport default () => data.n", 7),
        (
            "const { plain, read } = require('../../shared/plain.cjs')\nmodule.exports = () => [plain(), read()]",
            ["cjs", 7],
        ),
        ("export default async () => (await import('../../shared/names')).first", "Ada"),
        ("import { Field } from './fields'\nexport default () => Object.values(Field)", ["name", "age"]),
        ("import { Size } from './fields'\nexport default () => Size.Large", 2),
        ("import './fields'\nexport { first as default } from '../../shared/names'\nexport const list = () => 1", 1),
    ],
)
async def test_imports_of_other_files(bench: Bench, code: str, value: object) -> None:
    """Every form of import finds the file it means: with suffix, without, as an index, as JSON."""
    assert value == await bench.value(code, files=FILES)


TYPESCRIPT = """
import type { Only } from '../../shared/names'
import { Only as Unused, first } from '../../shared/names'

interface Input<T> { values: T[]; pick?: (value: T) => boolean }
enum Level { Low, High = 5 }
abstract class Base<T> { constructor(protected readonly value: T, public level: Level = Level.High) {} abstract show(): string }
class Shown extends Base<number> { show(): string { return `${this.value!}:${this.level as number}` } }
function overloaded(value: string): string
function overloaded(value: number): number
function overloaded(value: any): any { return value }

export default async function list({ values, pick = () => true }: Input<number>): Promise<unknown> {
  const only = { a: first } satisfies Only
  const shown = new Shown(values.filter(pick)[0] ?? <number>0)
  return [only.a, shown.show(), overloaded('x')] as const
}
"""


async def test_typescript_is_understood(bench: Bench) -> None:
    """Types are erased; enums, parameter properties and generics mean what they mean."""
    assert ["Ada", "3:5", "x"] == await bench.value(
        TYPESCRIPT, {"values": [3]}, name="data/contacts/list.ts", files=FILES
    )


DECLARATIONS = """
export const one = 1, two = one + 1, named = () => two
export let typed: Map<string, number> = new Map<string, number>([['a', 3]]), later: number, [four, { five = 5 }]: any = [4, {}]
export const last = (a: number, b = 2) => (a, b), // of several lines
  text = `${one, two}`
later = 6; later++
export const set = () => { later = 8 }
"""


async def test_one_declaration_may_export_several_names(bench: Bench) -> None:
    """Each name of an exported declaration is exported, whatever its value is, and stays in step with its variable."""
    code = """import * as all from './many'
    export default () => {
      const before = all.later
      all.set()
      return [all.one, all.two, all.named.name, all.typed.get('a'), all.four, all.five, all.last(1), all.text, before, all.later]
    }"""
    assert [1, 2, "named", 3, 4, 5, 2, "2", 7, 8] == await bench.value(
        code, name="list.js", files={"many.ts": DECLARATIONS}
    )


async def test_a_place_after_a_declaration_of_several_names_is_the_authors(bench: Bench) -> None:
    """Lines and columns are those of the source."""
    code = "export const a = 1, b = 2; export default () => {\n  throw new Error('x') }"
    failure = (await bench.run(code, name="list.js")).failure
    assert failure is not None
    assert Location(file="list.js", line=2, column=9) == failure.location


async def test_a_run_may_have_many_files(bench: Bench) -> None:
    """Hundreds of files are no trouble; beyond the limit the run is refused with a failure that names it."""
    files = {f"n{n}.js": f"exports.n = {n}" for n in range(300)}
    code = "module.exports = () => [" + ",".join(f"require('./n{n}.js').n" for n in range(300)) + "].length"
    assert 300 == await bench.value(code, name="list.js", files=files)
    failure = (await bench.run(code, name="list.js", files=files, modules=300)).failure
    assert failure is not None
    assert ("limit", "modules") == (failure.type, failure.key)
    assert "list.js and what it imports are more than 300 files" == failure.message
    assert {"limit": "modules", "value": 300, "used": 301} == failure.data


async def test_what_is_kept_in_memory_is_bounded_by_its_length(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files that were compiled longest ago are forgotten, and compiled again when they are needed."""
    monkeypatch.setattr("runtime.transform._LONGEST_KEPT", 20_000)
    codes = [f"export default () => {number} // {'x' * 3000}" for number in range(6)]
    assert list(range(6)) == [await bench.value(code) for code in codes]
    kept = bench.sandbox._linker._transformer._kept
    assert sum(len(result.script) for result in kept.values() if isinstance(result, CompiledModule)) < 20_000
    assert [0, 5] == [await bench.value(codes[0]), await bench.value(codes[5])]


async def test_of_several_broken_files_the_first_is_told(bench: Bench) -> None:
    """Files are compiled beside each other; which error is told does not depend on which is found first."""
    files = {f"{n}.ts": "export default (" + "x" * n for n in range(1, 4)}
    code = "import a from './1'\nimport b from './2'\nimport c from './3'\nexport default () => [a, b, c]"
    for _ in range(3):
        failure = (await bench.run(code, name="list.ts", files=files)).failure
        assert failure is not None
        assert failure.location is not None
        assert failure.location.file == "1.ts"


async def test_files_may_import_each_other(bench: Bench) -> None:
    """A cycle is resolved as module systems do: what was exported so far is there."""
    files = {
        "a.js": "import { b } from './b'\nexport const a = () => 'a' + b()\nexport const early = 1",
        "b.js": "import * as a from './a'\nexport const b = () => 'b' + a.early",
    }
    assert "ab1" == await bench.value("import { a } from './a'\nexport default () => a()", name="list.js", files=files)


async def test_a_file_is_evaluated_once(bench: Bench) -> None:
    """All that import a file share its exports, within one run."""
    files = {"count.js": "let n = 0\nexport const next = () => ++n", "other.js": "export { next } from './count'"}
    code = "import { next } from './count'\nimport { next as again } from './other'\nexport default () => [next(), again()]"
    assert [1, 2] == await bench.value(code, name="list.js", files=files)
    assert [1, 2] == await bench.value(code, name="list.js", files=files)


@pytest.mark.parametrize(
    ("code", "line", "column", "words"),
    [
        ("import { a } from './missing'\nexport default () => a", 1, 1, "'./missing', but there is no such file"),
        ("module.exports = () => {\n  require('../../../outside')\n}", 2, 3, "there is no such file"),
        ("import fs from 'node:fs'\nexport default () => fs", 1, 1, "'node:fs', which is not available"),
    ],
)
async def test_an_import_that_cannot_be_resolved_is_a_load_error(
    bench: Bench, code: str, line: int, column: int, words: str
) -> None:
    """The error names the file, the line and what was asked for."""
    failure = (await bench.run(code, files=FILES)).failure
    assert failure is not None
    assert ("custom_code", "load") == (failure.type, failure.key)
    assert words in failure.message
    assert failure.location is not None
    assert ("data/contacts/list.js", line, column) == (
        failure.location.file,
        failure.location.line,
        failure.location.column,
    )


@pytest.mark.parametrize(
    ("file", "line", "column"),
    [
        ("export const f = (x: number): number => {\n  const y: any = null\n  return y.z\n}\n", 3, 12),
        ("export enum E { A }\nexport const f = <T,>(x: T): T => { throw new Error('no') }\n", 2, 43),
        ("export const f = (x: number => {\n", 1, 29),
        ("import './nowhere'\n", 1, 1),
    ],
)
async def test_a_failure_in_another_file_names_its_place(bench: Bench, file: str, line: int, column: int) -> None:
    """Wherever it happens, the author's own file, line and column are told."""
    code = "import { f } from './helper'\nexport default () => f(1)"
    failure = (await bench.run(code, name="list.ts", files={"helper.ts": file})).failure
    assert failure is not None
    assert Location(file="helper.ts", line=line, column=column) == failure.location
