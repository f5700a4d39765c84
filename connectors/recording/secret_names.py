"""Names under which secrets travel: keys of JSON, fields of forms, parameters of URLs, headers and cookies."""

from __future__ import annotations

import re
from typing import Final

from .words import words

_CAMEL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_SEPARATORS: Final = re.compile(r"[^a-z0-9]+")

_SECRET: Final = words(
    """
    access_key access_token account_key api_key api_secret api_token apikey app_secret app_token assertion auth_key
    auth_token authorization bearer bearer_token bot_token client_assertion client_secret code_verifier
    consumer_secret credential credentials csrf csrf_token device_code encryption_key hmac id_token jsessionid jwt
    login_token master_key oauth_signature oauth_token oauth_token_secret otp passcode passphrase passwd password
    personal_access_token phpsessid pin_code private_key private_token proxy_authorization pwd refresh_token
    saml_response secret secret_key secret_token security_token sessid session session_cookie session_id session_key
    session_token sessionid shared_secret sid sig signature signing_key signing_secret ssn subscription_key ticket
    token token_secret user_token verification_token verify_token webhook_secret xsrf_token
    """
)
_SECRET_ENDS: Final = ("_password", "_passwd", "_secret", "_api_key", "_access_token", "_refresh_token", "_auth_token")
_VENDOR_PREFIXES: Final = ("x_amz_", "x_goog_", "x_", "amz_", "aws_")
_SUSPICIOUS: Final = words(
    "auth cookie credential csrf hash hmac key nonce pass secret security session sig signature signed token xsrf"
)
_POSITIONS: Final = words("continuation cursor delta next offset page paging position prev previous sync")
"""A token or key with one of these in its name says where a list goes on; it proves nothing."""
_INSIDE: Final = frozenset({"id", "key", "secret", "token", "value"})
"""What a secret is called inside an object that has the name of a secret: `{session: {id: ...}}`."""


def snake(name: str) -> str:
    """Return a name in one spelling: `accessToken`, `Access-Token` and `access_token` are one."""
    return _SEPARATORS.sub("_", _CAMEL.sub("_", name).lower()).strip("_")


def is_secret_name(name: str) -> bool:
    """Whether what has this name is a secret, whatever it looks like."""
    plain = snake(name)
    for prefix in _VENDOR_PREFIXES:
        plain = plain.removeprefix(prefix)
    return plain in _SECRET or (plain.endswith(_SECRET_ENDS) and not _says_position(plain))


def is_suspicious_name(name: str) -> bool:
    """Whether what has this name may be a secret, if it looks like one."""
    words = snake(name).split("_")
    return not _says_position(snake(name)) and any(
        word in _SUSPICIOUS or word.endswith(("token", "key", "secret")) for word in words
    )


def is_secret_inside(name: str) -> bool:
    """Whether what has this name is a secret within an object that is called like one."""
    return snake(name) in _INSIDE


def _says_position(plain: str) -> bool:
    return not _POSITIONS.isdisjoint(plain.split("_"))
