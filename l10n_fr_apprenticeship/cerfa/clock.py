# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The two legal clocks: the deposit of the contract, and the answer of the OPCO."""

from datetime import date, timedelta
from functools import lru_cache

import holidays

from .durations import day_after

DEPOSIT_WORKING_DAYS = 5
DEPOSIT_ALERT_WORKING_DAYS = 3
ANSWER_DAYS = 20
ANSWER_ALERT_DAYS = 15

_SUNDAY = 6
# Local law of Alsace and Moselle (L3134-13).
_LOCAL_LAW = {"57": "57", "67": "6AE", "68": "6AE"}
# Abolition of slavery (L3422-2). The library adds days that only custom keeps there
# (Mi-Carême, Victor Schœlcher): counting them would grant a delay the law does not.
_OVERSEAS = {
    "971": "971",
    "972": "972",
    "973": "973",
    "974": "974",
    "976": "976",
    "977": "BL",
    "978": "MF",
}
# Saint-Barthélemy and Saint-Martin have kept the postal codes of Guadeloupe, not its
# day.
_FORMER_TOWNS = {"97133": "977", "97150": "978"}
_OVERSEAS_DAY = "Abolition of Slavery"


def department_of(postal_code: str | None) -> str | None:
    """Return the department of a postal code: ``"75"``, ``"971"``; None if unknown.

    Saint-Barthélemy is ``"977"`` and Saint-Martin ``"978"``, as INSEE codes them.
    Corsica, whose departments share the holidays of the mainland, is ``"20"``.
    """
    if postal_code is None or len(postal_code) != 5:
        return None
    if postal_code in _FORMER_TOWNS:
        return _FORMER_TOWNS[postal_code]
    return postal_code[:3] if postal_code[:2] in ("97", "98") else postal_code[:2]


def working_days_after(day: date, count: int, department: str | None) -> date:
    """Return the day that ends `count` working days, `day` not counted.

    Working days (jours ouvrables) are Monday to Saturday, public holidays excluded
    (L3133-1), with those of Alsace-Moselle (L3134-13) and overseas (L3422-2).

    :param department: of the site, such as ``"67"``, ``"972"``; None for the mainland
    """
    while count > 0 and day < date.max:
        day = day_after(day)
        if is_working_day(day, department):
            count -= 1
    return day


def is_working_day(day: date, department: str | None) -> bool:
    """Tell whether a day is neither a Sunday nor a public holiday."""
    return day.weekday() != _SUNDAY and day not in _public_holidays(
        day.year, department if department in _WITH_OWN_DAYS else None
    )


def working_days_left(today: date, deadline: date, department: str | None) -> int:
    """Return how many working days come after today, up to the deadline included.

    0 on the last working day, and when the deadline has passed.
    """
    left = 0
    while today < deadline:
        today = day_after(today)
        left += is_working_day(today, department)
    return left


def deposit_deadline(start: date, department: str | None) -> date:
    """Return the last day to send the contract to the OPCO (D6224-1).

    5 working days after the start; for an amendment, after it takes effect.
    """
    return working_days_after(start, DEPOSIT_WORKING_DAYS, department)


def deposit_alert(start: date, department: str | None) -> date:
    """Return the day from which the deposit is pressing: the third of the 5 days."""
    return working_days_after(start, DEPOSIT_ALERT_WORKING_DAYS, department)


def answer_deadline(complete_on: date) -> date:
    """Return the last day for the OPCO to decide: 20 days (D6224-3).

    Its silence is a refusal.

    :param complete_on: the day it received the complete file
    """
    return _days_after(complete_on, ANSWER_DAYS)


def answer_alert(complete_on: date) -> date:
    """Return the day from which the answer is pressing: the 15th of the 20 days."""
    return _days_after(complete_on, ANSWER_ALERT_DAYS)


_WITH_OWN_DAYS = frozenset(_LOCAL_LAW) | frozenset(_OVERSEAS)


@lru_cache(maxsize=256)
def _public_holidays(year: int, department: str | None) -> frozenset[date]:
    days = _calendar(year, _LOCAL_LAW.get(department))
    if department in _OVERSEAS:
        own = _calendar(year, _OVERSEAS[department])
        days |= {day: name for day, name in own.items() if name == _OVERSEAS_DAY}
    return frozenset(days)


def _calendar(year: int, subdivision: str | None) -> dict[date, str]:
    return dict(holidays.France(subdiv=subdivision, years=year, language="en_US"))


def _days_after(day: date, count: int) -> date:
    if date.max - day <= timedelta(days=count):
        return date.max
    return day + timedelta(days=count)
