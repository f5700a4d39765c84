"""Names that secrets have in HTTP, whoever the server is."""

from __future__ import annotations

import re
from typing import Final

_SEPARATORS: Final = re.compile("[-_. ]")
_HEADERS: Final = frozenset({"authorization", "proxyauthorization", "cookie", "setcookie"})
_HEADER_ENDS: Final = ("token", "secret", "password", "apikey", "signature", "credential", "credentials", "sessionid")
_MEMBERS: Final = frozenset(
    {
        "accesstoken",
        "apikey",
        "apisecret",
        "apitoken",
        "assertion",
        "authorization",
        "authtoken",
        "bearertoken",
        "clientassertion",
        "clientsecret",
        "codeverifier",
        "devicecode",
        "idtoken",
        "oauthtoken",
        "passphrase",
        "passwd",
        "password",
        "privatekey",
        "refreshtoken",
        "secret",
        "secretkey",
        "securitytoken",
        "sessionid",
        "sessiontoken",
        "signature",
        "subjecttoken",
        "token",
    }
)
"""Whole names: `next_page_token` is no secret."""


def is_secret_header(name: str) -> bool:
    """Whether the value of a header is a secret, going by its name: `Authorization`, `X-Shop-Access-Token`."""
    plain = _plain(name)
    return plain in _HEADERS or plain.endswith(_HEADER_ENDS)


def is_secret_member(name: str) -> bool:
    """Whether a member of a body, or a parameter of a query, is a secret, going by its name: `refresh_token`."""
    return _plain(name) in _MEMBERS


def _plain(name: str) -> str:
    return _SEPARATORS.sub("", name).lower()
