# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Each translation is there, is not marked as doubtful, and keeps its placeholders.

Prints file:line and the term, the first ones of each file; exits 1 if one is at fault.
"""

import re
import sys

import polib

SHOWN = 10
PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[sdifr]|%\(\w+\)|\$\{[^}]*\}|\{\{[^}]*\}\}")


def faults(path):
    """Yield (line number, sentence) for each fault of the catalogue at `path`."""
    seen = set()
    for entry in polib.pofile(path):
        if entry.obsolete:
            continue
        if entry.msgid in seen:
            yield entry.linenum, f"defined twice: {entry.msgid}"
        seen.add(entry.msgid)
        if entry.fuzzy:
            yield entry.linenum, f"marked fuzzy: {entry.msgid}"
        if not entry.msgstr:
            yield entry.linenum, f"not translated: {entry.msgid}"
        elif sorted(PLACEHOLDER.findall(entry.msgid)) != sorted(
            PLACEHOLDER.findall(entry.msgstr)
        ):
            yield entry.linenum, f"placeholders differ: {entry.msgid}"


def main(paths):
    failed = False
    for path in paths:
        found = list(faults(path))
        for number, sentence in found[:SHOWN]:
            print(f"{path}:{number}: {sentence}")
        if len(found) > SHOWN:
            print(f"{path}: {len(found) - SHOWN} more")
        failed = failed or bool(found)
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
