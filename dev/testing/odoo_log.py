# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Fails when a log of Odoo holds a warning or an error: odoo_log.py FILE …"""

import re
import sys

LINE = re.compile(
    r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d+ \d+ (?P<level>[A-Z]+) \S+ "
    r"(?P<logger>\S+): (?P<message>.*)$"
)
BAD = {"WARNING", "ERROR", "CRITICAL"}
# (logger, beginning of the message, why it may be there)
ALLOWED = ()


def complaints(path):
    """Return the lines of a log that should not be there.

    « Running as user 'root' », which continuous integration does, is written outside
    of the log's format and so is not looked at; a traceback belongs to the line above.
    """
    with open(path, encoding="utf-8", errors="replace") as log:
        found = [LINE.match(line) for line in log]
    return [
        line[0]
        for line in found
        if line and line["level"] in BAD and not _is_allowed(line)
    ]


def _is_allowed(line):
    return any(
        line["logger"] == logger and line["message"].startswith(beginning)
        for logger, beginning, _reason in ALLOWED
    )


def main(paths):
    """Print what should not be there; return the exit code."""
    found = [f"{path}: {line}" for path in paths for line in complaints(path)]
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
