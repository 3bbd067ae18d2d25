# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Ages, as the law counts them: in completed years."""

from datetime import date

MAJORITY = 18


def age_on(birth_date: date, on: date) -> int:
    """Return the completed years on a day; negative before birth.

    Whoever was born on 29 February completes a year on 1 March of a common year.
    """
    birthday_to_come = (on.month, on.day) < (birth_date.month, birth_date.day)
    return on.year - birth_date.year - birthday_to_come


def is_minor(birth_date: date, on: date) -> bool:
    """Tell whether someone is under 18 on a day."""
    return age_on(birth_date, on) < MAJORITY
