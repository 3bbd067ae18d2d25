# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Each source file starts with the copyright and licence lines, after its shebang.

Prints the files at fault; exits 1 if there is one.
"""

import sys
from pathlib import Path

LINES = (
    "Copyright 2026 OPCO EP Connector contributors",
    "License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).",
)


def has_header(path):
    mark = "// " if path.suffix in {".js", ".cjs", ".mjs"} else "# "
    lines = path.read_text(encoding="utf-8").splitlines()
    if lines and lines[0].startswith("#!"):
        del lines[0]
    return lines[:2] == [mark + line for line in LINES]


if __name__ == "__main__":
    missing = [name for name in sys.argv[1:] if not has_header(Path(name))]
    for name in missing:
        print(f"{name}:1: the two header lines are missing (see dev/checks/headers.py)")
    sys.exit(bool(missing))
