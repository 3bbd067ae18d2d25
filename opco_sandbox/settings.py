# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Settings a test or a person may change while the sandbox runs."""

import json
from datetime import UTC, date, datetime, timedelta, timezone

# never behind the date of a CFA in metropolitan France
PARIS_SUMMER = timezone(timedelta(hours=2))
MAX_SECONDS = 3600
MEGABYTE = 1024 * 1024
MAX_JSON = 4 * MEGABYTE
# parts of a multipart body that are not the file
AROUND_FILE = MEGABYTE
FLOWS = ("conventions", "documents", "rupture", "cfakeyinfo", "dossiers_v2", "avenants")


def _whole(smallest):
    def check(value):
        if type(value) is not int or value < smallest:
            raise ValueError(f"is a whole number from {smallest}")

    return check


def _seconds(value):
    if type(value) not in (int, float) or not 0 <= value <= MAX_SECONDS:
        raise ValueError(f"is a number of seconds, from 0 to {MAX_SECONDS}")


def _or_null(check):
    return lambda value: None if value is None else check(value)


def _one_of(*values):
    def check(value):
        if value not in values:
            raise ValueError(f"is one of {', '.join(map(json.dumps, values))}")

    return check


def _day(value):
    date.fromisoformat(value)


def _flows(value):
    if not isinstance(value, list) or any(flow not in FLOWS for flow in value):
        raise ValueError(f"is a list among {', '.join(FLOWS)}")


def _progress(value):
    if not isinstance(value, list):
        raise ValueError("is a list of steps")
    for step in value:
        if not isinstance(step, dict) or set(step) - {"after", "etat", "comment"}:
            raise ValueError("has steps with after, etat and comment")
        _seconds(step.get("after"))
        if not isinstance(step.get("etat"), str) or not step["etat"]:
            raise ValueError("has steps with a text in etat")
        if not isinstance(step.get("comment"), str | None):
            raise ValueError("has steps with a text in comment")


# name: (default, check)
SETTINGS = {
    "token_lifetime": (300, _whole(1)),
    "today": (None, _or_null(_day)),
    "seed": (0, _whole(0)),
    "latency": (0, _seconds),
    "jitter": (0, _seconds),
    "list_format": ("array", _one_of("array", "object", "paged")),
    "page_size": (50, _whole(1)),
    "page_wrapping": (False, _one_of(False, True)),
    "page_repeats": (False, _one_of(False, True)),
    "page_total": (None, _or_null(_whole(0))),
    "deca": ("at_commitment", _one_of("at_deposit", "at_commitment", "never")),
    "deca_delay": (0, _seconds),
    "external_number_delay": (0, _or_null(_seconds)),
    "rupture_spelling": ("RUPTURE", _one_of("RUPTURE", "RUPTU")),
    "error_shape": (None, _one_of(None, "A", "B", "C", "D")),
    "progress": ([], _progress),
    "closed_flows": ([], _flows),
    "max_file_megabytes": (10, _whole(1)),
}


class Settings:
    """Settings kept in the state; read from memory, since every request needs them."""

    def __init__(self, database):
        self._database = database
        self.load()

    def load(self):
        """Read again what the state holds."""
        rows = self._database.run("SELECT name, value FROM settings")
        self._values = {name: default for name, (default, _) in SETTINGS.items()}
        self._values |= {row["name"]: json.loads(row["value"]) for row in rows}

    def __getitem__(self, name):
        return self._values[name]

    def all(self):
        """Return every setting by name."""
        return dict(self._values)

    def change(self, wishes):
        """Store new values and return every setting.

        :raises ValueError: unknown name or wrong value
        """
        check(wishes)
        with self._database.transaction():
            for name, value in wishes.items():
                self._database.run(
                    "INSERT OR REPLACE INTO settings VALUES (?, ?)",
                    (name, json.dumps(value)),
                )
        self.load()
        return self.all()

    def today(self):
        """Return the date the OPCO believes it is."""
        fixed = self["today"]
        if fixed:
            return date.fromisoformat(fixed)
        return datetime.now(PARIS_SUMMER).date()

    def max_file(self):
        """Return the largest file accepted, in bytes."""
        return self["max_file_megabytes"] * MEGABYTE

    def body_limit(self, content_type):
        """Return the longest body accepted, in bytes."""
        if content_type.lower().startswith("multipart/"):
            return self.max_file() + AROUND_FILE
        return MAX_JSON


def check(wishes):
    """Check settings before any is stored.

    :raises ValueError: unknown name or wrong value
    """
    for name, value in wishes.items():
        if name not in SETTINGS:
            raise ValueError(f"unknown setting: {name}")
        try:
            SETTINGS[name][1](value)
        except (ValueError, TypeError) as error:
            raise ValueError(f"{name} {error}") from error


def now():
    """Return the present instant as ISO 8601, UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")
