# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What is said of a statement that goes with the form."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Remark:
    """What is wrong (`is_blocking`), or to be looked at, in a French sentence.

    `is_personal`: only people entitled to personal data may read it.
    """

    message: str
    is_blocking: bool = True
    is_personal: bool = False
