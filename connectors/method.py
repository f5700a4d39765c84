"""One method of a connector: its name, its file and how it is implemented."""

from __future__ import annotations

import re
from dataclasses import dataclass
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

OTHER_EXPORTS = {
    "get-oauth-config": ("getOAuthConfig", "oAuthConfig"),
    "oauth-config": ("getOAuthConfig", "oAuthConfig"),
    "get-credentials-from-access-token-response": ("getCredentialsFromTokenResponse",),
}
"""Names of exports that do not follow from the method's key (semantics 1.1 and 1.3)."""


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

    @property
    def key(self) -> str:
        """The last part of the name, as files spell it: `find-by-id`."""
        return self.name.rpartition("/")[2]

    @property
    def exports(self) -> tuple[str, ...]:
        """Names under which its file may export it: `findById`, `find-by-id`."""
        camel = re.sub(r"-(\w)", lambda match: match[1].upper(), self.key)
        return tuple(dict.fromkeys((camel, self.key, *OTHER_EXPORTS.get(self.key, ()))))

    @property
    def in_auth(self) -> bool:
        """Whether it belongs to the connector's authentication."""
        return self.name.startswith("auth/")

    @property
    def module(self) -> Module:
        """Its file for the sandbox."""
        return Module(name=self.file.name, code=self.file.text)

    def script(self, files: Mapping[str, str], others: tuple[Module, ...] = ()) -> Script:
        """Return what the sandbox runs.

        Args:
            files: Text of the connector's files by name, which it may import.
            others: Further files that the run may load.

        Raises:
            DefinitionError: It is written neither in JavaScript nor in TypeScript.
        """
        self.require_javascript()
        return Script(module=self.module, exports=self.exports, others=others, files=files)

    def require_javascript(self) -> None:
        """Raise DefinitionError when it cannot be run behind the wall."""
        if self.implementation not in {JAVASCRIPT, TYPESCRIPT}:
            raise DefinitionError(f"Methods written as {self.implementation} cannot be run yet.", file=self.file.place)
