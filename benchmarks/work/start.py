"""A program that opens a host and runs an empty method; `make bench` measures it from its start to its end."""

import asyncio

from connectors import Connector, MethodHost


async def main() -> None:
    """Run and print."""
    async with MethodHost() as host:
        report = await host.run(Connector.from_source("empty", "module.exports = () => null"))
        print(report.unwrap())


if __name__ == "__main__":
    asyncio.run(main())
