# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Durations counted in months, as the law counts them.

A result outside the calendar is its first or last day: a form may hold any date.
"""

from calendar import monthrange
from datetime import MAXYEAR, MINYEAR, date, timedelta
from functools import lru_cache

_ONE_DAY = timedelta(days=1)


# The rules ask for the same few dates many times.
@lru_cache(maxsize=4096)
def add_months(day: date, months: int) -> date:
    """Return the same day some months later, or earlier if `months` is negative.

    The last day of the month stands for a day it does not have (art. 641 CPC):
    31 January plus 1 month is 28 or 29 February.
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if year > MAXYEAR:
        return date.max
    if year < MINYEAR:
        return date.min
    last_day = monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last_day))


def add_months_to_month_end(day: date, months: int) -> date:
    """Return `add_months`, the last day of a month leading to the last of another.

    30 June plus 2 months is 31 August.
    """
    later = add_months(day, months)
    if later == date.max or day.day < monthrange(day.year, day.month)[1]:
        return later
    return later.replace(day=monthrange(later.year, later.month)[1])


def last_day_of(start: date, months: int) -> date:
    """Return the last day of a duration: 12 months from 1 September end 31 August."""
    return day_before(add_months(start, months))


def day_before(day: date) -> date:
    return day if day == date.min else day - _ONE_DAY


def day_after(day: date) -> date:
    return day if day == date.max else day + _ONE_DAY


def first_of_month_after(year: int, month: int) -> date:
    """Return the first day of the month that follows a month."""
    return add_months(date(year, month, 1), 1) if year <= MAXYEAR else date.max
