"""The exceptions of recording.

DefinitionError
└── RecordingError   recording   no fixture can be made of what happened, or none that may be kept
"""

from __future__ import annotations

from connectors.errors import DefinitionError


class RecordingError(DefinitionError):
    """No fixture was written; the message says why and what to do."""

    code = "recording"
