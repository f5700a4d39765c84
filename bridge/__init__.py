"""The `apiClient` of methods: HTTP on behalf of code that nobody trusts.

The JavaScript side is an extension for `runtime.Sandbox`, the other side is `ApiClient`, which answers the calls of one
run. Credentials and sockets stay on this side. Which addresses may be reached is up to an `EgressPolicy`. A client is
data with formulas in it: `ClientConfig`, `Formula`. What methods ask of `crypto.subtle` is computed by `CryptoThreads`.
"""

from __future__ import annotations

from . import lean_httpx  # noqa: F401 (before anything else imports httpx)
from .api_client import ApiClient, Client
from .auth import ApiKey, BasicCredentials, BearerToken
from .bare_body import BareBody
from .body_lines import (
    BodyKind,
    FormPart,
    body_lines,
    bytes_lines,
    field_lines,
    form_parts,
    json_lines,
    part_lines,
)
from .byte_stream import ByteStream
from .capture import Capture, CapturedExchange
from .capturing_transport import CapturingTransport, Transport
from .client_config import ClientConfig
from .client_secrets import SHORTEST_SECRET, client_secrets
from .crypto_calls import CryptoCalls
from .crypto_threads import CryptoThreads
from .deadline import Deadline
from .durable import Durable, InDoubt
from .egress import EgressPolicy
from .errors import (
    BridgeError,
    CallError,
    ClientIncompleteError,
    ConfigurationError,
    ConnectionFailedError,
    EgressRefusedError,
    RequestRefusedError,
    StreamError,
)
from .exchange import Exchange
from .extension import api_client_extension
from .fault import Fault
from .faulty_script import FaultyScript, ScriptedFailure
from .formula import Formula
from .formula_compat import FormulaCompat
from .formula_scope import FormulaScope
from .isolate_client import IsolateClient
from .isolate_settings import client_settings, plain_settings
from .limits import Limits
from .line_diff import line_diff
from .oauth_config import OAuthConfig
from .rate_gate import RateGates
from .redaction import MASK, Redactor
from .replay_transport import ReplayTransport, ScriptTransport
from .request_lines import SentRequest, expected_lines
from .run_calls import RunCalls
from .run_random import RunRandom
from .script import Order, Unmatched
from .scripted_exchange import NO_BODY, ExpectedBody, ScriptedExchange, ScriptedFault, ScriptedRequest, ScriptedResponse
from .token_request import Grant, request_token
from .transports import Transports
from .undefined import UNDEFINED
from .unpacking import unpacked

__all__ = [
    "MASK",
    "NO_BODY",
    "SHORTEST_SECRET",
    "UNDEFINED",
    "ApiClient",
    "ApiKey",
    "BareBody",
    "BasicCredentials",
    "BearerToken",
    "BodyKind",
    "BridgeError",
    "ByteStream",
    "CallError",
    "Capture",
    "CapturedExchange",
    "CapturingTransport",
    "Client",
    "ClientConfig",
    "ClientIncompleteError",
    "ConfigurationError",
    "ConnectionFailedError",
    "CryptoCalls",
    "CryptoThreads",
    "Deadline",
    "Durable",
    "EgressPolicy",
    "EgressRefusedError",
    "Exchange",
    "ExpectedBody",
    "Fault",
    "FaultyScript",
    "FormPart",
    "Formula",
    "FormulaCompat",
    "FormulaScope",
    "Grant",
    "InDoubt",
    "IsolateClient",
    "Limits",
    "OAuthConfig",
    "Order",
    "RateGates",
    "Redactor",
    "ReplayTransport",
    "RequestRefusedError",
    "RunCalls",
    "RunRandom",
    "ScriptTransport",
    "ScriptedExchange",
    "ScriptedFailure",
    "ScriptedFault",
    "ScriptedRequest",
    "ScriptedResponse",
    "SentRequest",
    "StreamError",
    "Transport",
    "Transports",
    "Unmatched",
    "api_client_extension",
    "body_lines",
    "bytes_lines",
    "client_secrets",
    "client_settings",
    "expected_lines",
    "field_lines",
    "form_parts",
    "json_lines",
    "line_diff",
    "part_lines",
    "plain_settings",
    "request_token",
    "unpacked",
]
