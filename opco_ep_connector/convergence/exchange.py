# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a journal keeps of one HTTP call."""

from dataclasses import dataclass, field
from datetime import datetime

#: Outcome of a call the OPCO answered well; the other outcomes are those of `errors`.
ACCEPTED = "accepted"


@dataclass(frozen=True)
class Exchange:
    """One HTTP call, as it happened.

    `url` carries no secret; `http_status` is None when no answer came; `started_at` is
    in UTC; `response_body` is decoded and cut, and may hold personal data (hence
    hidden from `repr`).
    """

    method: str
    url: str
    http_status: int | None
    started_at: datetime
    duration_ms: int
    response_body: str = field(repr=False)
    outcome: str
