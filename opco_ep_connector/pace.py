# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""When to read the states of a connection again."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from odoo.addons.l10n_fr_apprenticeship.cerfa.clock import (
    is_working_day,
    working_days_after,
)

PARIS = ZoneInfo("Europe/Paris")
OPENING, CLOSING = time(7), time(20)
SATURDAY = 5

SOON = timedelta(minutes=1)
SOON_IN_VAIN = timedelta(minutes=2)
OPEN_HOURS = timedelta(minutes=15)
SELDOM = timedelta(hours=4)
# Reads in a row that changed nothing, from which one waits longer.
IN_VAIN = 5
MANY_IN_VAIN = 20
# After a read that failed: twice as long each time.
FAILED_FIRST = timedelta(minutes=2)
FAILED_LONGEST = timedelta(minutes=30)


def next_read(
    last: datetime, *, is_urgent: bool, has_open: bool, unchanged_reads: int
) -> datetime:
    """Return when to read again, all dates in UTC without a time zone.

    :param is_urgent: something is unknown, or has just been deposited
    :param has_open: the OPCO has not yet decided on every dossier
    :param unchanged_reads: how many reads in a row changed nothing
    """
    if is_urgent:
        return last + (SOON if unchanged_reads < IN_VAIN else SOON_IN_VAIN)
    if not has_open:
        return last + SELDOM
    if is_open_hours(last):
        return last + OPEN_HOURS * (1 if unchanged_reads < MANY_IN_VAIN else 2)
    return min(last + SELDOM, next_opening(last))


def after_failure(now: datetime, failed_reads: int, retry_after: float | None):
    """Return when to try again; what the OPCO asks for is obeyed."""
    delay = min(FAILED_FIRST * 2 ** min(failed_reads - 1, 10), FAILED_LONGEST)
    return now + max(delay, timedelta(seconds=retry_after or 0))


def is_open_hours(moment: datetime) -> bool:
    """Tell whether the OPCO's people are at work in France."""
    local = _local(moment)
    return _is_open_day(local.date()) and OPENING <= local.time() < CLOSING


def next_opening(moment: datetime) -> datetime:
    """Return the next time the OPCO's people come to work."""
    local = _local(moment)
    day = local.date()
    if local.time() >= OPENING:
        day += timedelta(days=1)
    while not _is_open_day(day):
        day += timedelta(days=1)
    return _utc(datetime.combine(day, OPENING, PARIS))


def midnight(day: date) -> datetime:
    """Return when a day begins in Paris, in UTC without a time zone."""
    return _utc(datetime.combine(day, time(), PARIS))


def after_working_days(
    moment: datetime, count: int, department: str | None
) -> datetime:
    """Return the same time of the day, that many working days later in France."""
    local = _local(moment)
    day = working_days_after(local.date(), count, department)
    return _utc(datetime.combine(day, local.time(), PARIS))


def _is_open_day(day) -> bool:
    return day.weekday() < SATURDAY and is_working_day(day, None)


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None)


def _local(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC).astimezone(PARIS)
