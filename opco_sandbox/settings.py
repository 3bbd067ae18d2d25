# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Settings a test or a person may change while the sandbox runs."""

import json
from datetime import UTC, date, datetime, timedelta, timezone

# never behind the date of a CFA in metropolitan France
PARIS_SUMMER = timezone(timedelta(hours=2))
DEFAULTS = {"token_lifetime": 300, "today": None}


class Settings:
    """Settings kept in the state."""

    def __init__(self, database):
        self._database = database

    def all(self):
        """Return every setting by name."""
        rows = self._database.run("SELECT name, value FROM settings")
        return DEFAULTS | {row["name"]: json.loads(row["value"]) for row in rows}

    def change(self, wishes):
        """Store new values and return every setting.

        :raises ValueError: unknown name or wrong value
        """
        for name, value in wishes.items():
            _check(name, value)
        with self._database.transaction():
            for name, value in wishes.items():
                self._database.run(
                    "INSERT OR REPLACE INTO settings VALUES (?, ?)",
                    (name, json.dumps(value)),
                )
        return self.all()

    def today(self):
        """Return the date the OPCO believes it is."""
        fixed = self.all()["today"]
        if fixed:
            return date.fromisoformat(fixed)
        return datetime.now(PARIS_SUMMER).date()


def _check(name, value):
    if name == "token_lifetime":
        if type(value) is not int or value < 1:
            raise ValueError("token_lifetime is a whole number of seconds, from 1")
    elif name == "today":
        if value is not None:
            date.fromisoformat(value)
    else:
        raise ValueError(f"unknown setting: {name}")


def now():
    """Return the present instant as ISO 8601, UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")
