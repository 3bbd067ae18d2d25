# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Each file ends with one line end, without trailing spaces or Windows line ends.

Prints file:line and the fault; exits 1 if there is one.
"""

import sys


def faults(path):
    """Yield (line number, sentence) for each fault of the file at `path`."""
    with open(path, "rb") as file:
        lines = file.read().split(b"\n")
    if lines == [b""]:
        return
    if lines[-1]:
        yield len(lines), "no line end at the end of the file"
    elif not lines[-2].strip():
        yield len(lines) - 1, "empty line at the end of the file"
    for number, line in enumerate(lines, 1):
        if line.endswith(b"\r"):
            yield number, "Windows line end"
        elif line.rstrip() != line:
            yield number, "trailing space"


if __name__ == "__main__":
    found = [(path, *fault) for path in sys.argv[1:] for fault in faults(path)]
    for path, number, sentence in found:
        print(f"{path}:{number}: {sentence}")
    sys.exit(bool(found))
