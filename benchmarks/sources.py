"""What it costs to run a connector of ten TypeScript files for the first time, and later, as ratios: `make bench`.

Each round opens hosts of its own: without anything, with what an earlier process left on disk, and once more in the
same host. Opening is not measured. Shown are medians over the rounds, and the spread.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from pathlib import Path
from typing import Final

from connectors import Connector, DiskCache, MethodHost

ROUNDS: Final = 7
FILES: Final = 9
HELPER: Final = """
export interface Row { id: string; tags?: string[] }
export enum Level { Low = {n}, High }
export class Box<T extends Row> { constructor(private readonly rows: T[], public level: Level = Level.High) {}
  first(): T | undefined { return this.rows[0] } }
export const value = new Box<Row>([{ id: '{n}' }]).first()!.id
"""


def write_connector(folder: Path) -> Connector:
    """Write ten files, and load them."""
    (folder / "lib").mkdir()
    (folder / "data" / "a").mkdir(parents=True)
    for number in range(FILES):
        (folder / "lib" / f"part{number}.ts").write_text(HELPER.replace("{n}", str(number)))
    imports = "".join(f"import {{ value as v{n} }} from '../../lib/part{n}'\n" for n in range(FILES))
    values = ", ".join(f"v{n}" for n in range(FILES))
    (folder / "data" / "a" / "list.ts").write_text(f"{imports}export default (): string[] => [{values}]\n")
    return Connector.load(folder)


async def milliseconds(host: MethodHost, connector: Connector) -> float:
    """Return how long a run takes."""
    start = time.perf_counter()
    (await host.run(connector)).unwrap()
    return (time.perf_counter() - start) * 1000


async def first_and_next(connector: Connector, cache: DiskCache | None) -> tuple[float, float]:
    """Return how long the first run in a host takes, and the next one."""
    async with MethodHost(workers=4, cache=cache) as host:
        return await milliseconds(host, connector), await milliseconds(host, connector)


async def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        connector = write_connector(Path(folder))
        cache = DiskCache(Path(folder) / "cache")
        await first_and_next(connector, cache)
        cold = [await first_and_next(connector, None) for _ in range(ROUNDS)]
        warm = [await first_and_next(connector, cache) for _ in range(ROUNDS)]
    again = [later for _, later in cold]
    for name, took in (
        ("kept in memory", again),
        ("kept on disk", [first for first, _ in warm]),
        ("anew", [first for first, _ in cold]),
    ):
        ratios = [one / other for one, other in zip(took, again, strict=True)]
        spread = f"{min(ratios):.2f} to {max(ratios):.2f}"
        print(f"{name:16} {statistics.median(took):8.2f} ms   {statistics.median(ratios):6.2f} x   ({spread})")


if __name__ == "__main__":
    asyncio.run(main())
