"""Token requests of OAuth 2 (RFC 6749): written and judged by oauthlib, sent by the `ApiClient` of a run."""

from __future__ import annotations

import json
import math
import re
from contextlib import suppress
from typing import TYPE_CHECKING, Final, Literal, TypeAlias
from urllib.parse import parse_qsl, urlencode

from oauthlib.oauth2 import BackendApplicationClient, Client, MissingTokenError, OAuth2Error

from .errors import ConnectionFailedError
from .target import parse_url

if TYPE_CHECKING:
    from runtime import JSON

    from .api_client import ApiClient
    from .oauth_config import OAuthConfig
    from .response import Response

Grant: TypeAlias = Literal["refresh_token", "client_credentials"]

_LONGEST_ANSWER_BYTES: Final = 256 * 1024
_LONGEST_DESCRIPTION: Final = 200
_ERROR_CODE: Final = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]{1,64}")
"""What RFC 6749 (5.2) lets an error code hold, the space aside."""


async def request_token(
    client: ApiClient, config: OAuthConfig, grant: Grant, *, refresh_token: str | None = None
) -> dict[str, JSON]:
    """Ask for a token and return the server's whole answer, in which a connector may know the token by another name.

    Args:
        client: What sends the request.
        config: Whom to ask, and as whom.
        grant: What the token is asked for with.
        refresh_token: For the grant of that name.

    Raises:
        ConnectionFailedError: The server refused, with its error code (`invalid_grant`) in the message; or there was
            no answer.
        CallError: The request may not be sent.
        RunEnded: A limit was hit.
    """
    form = _form(config, grant, refresh_token)
    response = await client.post_form(config.token_uri, form, auth=config.header_auth())
    try:
        return _read(response)
    except (ValueError, TypeError, AttributeError, OverflowError, RecursionError):  # what oauthlib cannot digest
        raise _refusal(config, response, "the answer is no token response") from None
    except OAuth2Error as error:
        raise _refusal(config, response, _explanation(error)) from None


def _form(config: OAuthConfig, grant: Grant, refresh_token: str | None) -> str:
    """Return the body of the request."""
    oauth = BackendApplicationClient(config.client_id)
    body = urlencode({**config.extra_parameters(), **config.body_auth()})
    if grant == "refresh_token":
        return str(oauth.prepare_refresh_body(body=body, refresh_token=refresh_token))
    return str(oauth.prepare_request_body(body=body, scope=list(config.scopes)))


def _read(response: Response) -> dict[str, JSON]:
    """Return what the answer says (RFC 6749, 5.1).

    Raises:
        OAuth2Error: The server refused.
        ValueError: It is no answer to a token request; likewise TypeError and others, by oauthlib.
    """
    if len(response.body) > _LONGEST_ANSWER_BYTES:
        raise ValueError("too long to be read here")
    text = response.text.removeprefix("\ufeff")
    content = _content(text)
    with suppress(MissingTokenError):
        Client("").parse_request_body_response(text)
    if not response.is_success:
        raise ValueError("no token, and no reason of OAuth's")
    return content


def _content(text: str) -> dict[str, JSON]:
    """Return JSON, or what old servers send as a form, as it is: oauthlib changes scopes and adds members."""
    try:
        content = json.loads(text, parse_constant=_finite, parse_float=_finite)
    except json.JSONDecodeError:
        return dict(parse_qsl(text))
    if not isinstance(content, dict):
        raise TypeError("not an object")
    return content


def _finite(text: str) -> float:
    """Read a number, which must be one that JSON can hold again."""
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("not a number in JSON")
    return number


def _refusal(config: OAuthConfig, response: Response, problem: str) -> ConnectionFailedError:
    """Return the error that an answer without a token stands for."""
    name = f"POST {parse_url(config.token_uri).copy_with(query=None)}"
    status = f"{response.status} {response.reason}".strip()
    return ConnectionFailedError(f"{name} was answered with {status}: {problem}", response=response)


def _explanation(error: OAuth2Error) -> str:
    """Return what the server says of its refusal, as far as it is text of the usual length on one line."""
    code = str(error.error) if _ERROR_CODE.fullmatch(str(error.error)) else "refused"
    description = str(error.description or "")[:_LONGEST_DESCRIPTION]
    printable = "".join(character if character.isprintable() else " " for character in description)
    return f"{code} ({printable})" if printable.strip() else code
