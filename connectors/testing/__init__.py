"""For tests in Python: a host for all of them, and recorded exchanges in place of the network."""

from __future__ import annotations

from .recorded_api import RecordedApi, RecordedApiError
from .sent_request import SentRequest
from .shared_host import SharedHost

__all__ = ["RecordedApi", "RecordedApiError", "SentRequest", "SharedHost"]
