"""Views: a run as others read it, secrets masked.

`har_of` gives an HTTP archive, `timeline_page` one HTML page, `timeline_table` rows for the terminal. Each takes a
`Trace`, which is made of a report and of what was captured. `RunViews` writes them for the command line.
"""

from __future__ import annotations

from .har import har_of
from .run_views import RunViews
from .timeline_page import timeline_page
from .timeline_table import timeline_table
from .trace import Trace

__all__ = ["RunViews", "Trace", "har_of", "timeline_page", "timeline_table"]
