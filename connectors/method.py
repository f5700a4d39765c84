"""One method of a connector: its name, its file and how it is implemented."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from runtime import Module, Script

from .errors import DefinitionError
from .folder import SPEC

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .source_file import SourceFile

JAVASCRIPT = "JavaScript"
TYPESCRIPT = "TypeScript"
MAPPING = "mapping"

IMPLEMENTATIONS = {
    ".js": JAVASCRIPT,
    ".ts": TYPESCRIPT,
    ".rest.yml": "rest-api-mapping",
    ".api.yml": "rest-api-mapping",
    ".graphql.yml": "graphql-api-mapping",
    ".op.yml": "operation-mapping",
    ".map.yml": MAPPING,
}
"""What the end of a file's name says of the method in it (semantics 4.1)."""

DEPTHS = {"auth": 2, "data": 3, "operations": 3, "events": 3, "global-webhooks": 3}
"""Parts of a method's name, by its first part; a file that lies deeper or higher is no method."""

EVENT_KEY = re.compile(
    r"(?:(?:events|created|updated|deleted)-)*(?:(?:webhook|custom-pull|connector-event)-)?(?P<key>[\w-]+)"
)
"""How the key of a method of events is part of its file's name: `events-created-webhook-handle` (semantics 1.5)."""

ALIASES = (
    ("collect-events", "pull"),
    ("fields-to-api", "record-to-api"),
    ("get-credentials-from-access-token-response", "get-credentials-from-token-response"),
    ("handle", "handle-webhook"),
)
"""Keys of one method in the editions of the contract (semantics 1.3 to 1.5, decision 6)."""

OAUTH_CONFIG = ("get-oauth-config", "oauth-config")
OAUTH_CONFIG_EXPORTS = ("getOAuthConfig", "oAuthConfig")
"""Keys, and names of exports that do not follow from them."""

HANDLER = "index"
"""The key of a file whose export holds all methods of a collection or directory: `data/users/index.ts`."""

HANDLER_METHODS = frozenset(
    {
        "create",
        "custom-fields-schema",
        "delete",
        "fields-from-api",
        "fields-to-api",
        "find",
        "find-by-id",
        "list",
        "match",
        "record-from-api",
        "record-from-fields",
        "record-to-api",
        "search",
        "spec",
        "update",
    }
)
"""What the export of such a file may hold (semantics 1.1 and 1.4)."""


@dataclass(frozen=True, kw_only=True)
class Method:
    """One method.

    Attributes:
        name: How it is addressed, `data/contacts/list`.
        file: Where it is written.
        implementation: In which language.
    """

    name: str
    file: SourceFile
    implementation: str = JAVASCRIPT

    @classmethod
    def in_file(cls, file: SourceFile) -> Method | None:
        """Return the method that a file of a connector's folder implements; None where it implements none."""
        folder, _, base = file.name.rpartition("/")
        key, _, rest = base.partition(".")
        implementation = IMPLEMENTATIONS.get(f".{rest}")
        depth = DEPTHS.get(file.name.partition("/")[0])
        if implementation is None or base == SPEC or file.name.count("/") + 1 != depth:
            return None
        return cls(name=f"{folder}/{key}", file=file, implementation=implementation)

    @cached_property
    def key(self) -> str:
        """The last part of the name, as files spell it: `find-by-id`."""
        return self.name.rpartition("/")[2]

    @cached_property
    def exports(self) -> tuple[str, ...]:
        """Names under which its file may export it: `findById`, `find-by-id`."""
        names = list(OAUTH_CONFIG_EXPORTS) if self.key in OAUTH_CONFIG else []
        for key in keys_of(self.key):
            names += (_camel(key), key)
        return tuple(dict.fromkeys(names))

    @property
    def is_handler(self) -> bool:
        """Whether its file may hold several methods of a collection."""
        return self.key == HANDLER and self.name.startswith("data/")

    def of_handler(self, key: str) -> Method:
        """Return one of the methods that its file may hold."""
        return replace(self, name=f"{self.name.removesuffix(HANDLER)}{key}")

    @cached_property
    def in_auth(self) -> bool:
        """Whether it belongs to the connector's authentication."""
        return self.name.startswith("auth/")

    @cached_property
    def module(self) -> Module:
        """Its file for the sandbox."""
        return Module(name=self.file.name, code=self.file.text)

    def script(
        self, files: Mapping[str, str], others: tuple[Module, ...] = (), *, packages: Mapping[str, Module]
    ) -> Script:
        """Return what the sandbox runs.

        Args:
            files: Text of the connector's files by name, which it may import.
            others: Further files that the run may load.
            packages: What they may import by a name that is no path.

        Raises:
            DefinitionError: It is written neither in JavaScript nor in TypeScript.
        """
        self.require_javascript()
        return Script(module=self.module, exports=self.exports, others=others, files=files, packages=packages)

    def require_javascript(self) -> None:
        """Raise DefinitionError when it cannot be run behind the wall."""
        if self.implementation not in {JAVASCRIPT, TYPESCRIPT}:
            raise DefinitionError(f"Methods written as {self.implementation} cannot be run yet.", file=self.file.place)


def keys_of(key: str) -> tuple[str, ...]:
    """Return the keys of one method in all editions of the contract: `events-webhook-handle`, `handle`, ..."""
    event = EVENT_KEY.fullmatch(key)
    short = event["key"] if event else key
    others = (names for names in ALIASES if short in names)
    return tuple(dict.fromkeys((key, short, *(name for names in others for name in names))))


def _camel(key: str) -> str:
    return re.sub(r"-(\w)", lambda match: match[1].upper(), key)
