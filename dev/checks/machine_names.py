# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""No file names a folder of one machine, nor the host of a package registry.

Both are true on the author's machine and nowhere else. Prints file:line and what was
found; exits 1 if there is something.
"""

import re
import sys

FORBIDDEN = {
    "absolute path of one machine": re.compile(
        # Not the end of a longer path or of an address: a/root/b, example.org/work/.
        r"(?<![\w.~})-])/(?:root|work|Users/\w+|home/(?!odoo\b)[a-z_][\w-]*)/"
    ),
    "host of a package registry": re.compile(
        r"\b(?:"
        r"(?:[\w-]+\.)?pypi\.org|files\.pythonhosted\.org"
        r"|registry\.(?:npmjs\.org|yarnpkg\.com|npmmirror\.com)"
        r"|(?:deb|ftp|security|snapshot|archive)\.(?:[a-z]{2}\.)?(?:debian\.org|ubuntu\.com)"
        r")\b"
    ),
    "address of a package registry": re.compile(
        r'"resolved":\s*"|(?:--|\b)(?:extra-)?index-url\b\s*[= ]\s*\S'
    ),
}


def findings(path):
    """Yield (line number, kind, text) for each forbidden name in the file at `path`."""
    with open(path, encoding="utf-8", errors="replace") as file:
        for number, line in enumerate(file, 1):
            for kind, pattern in FORBIDDEN.items():
                if match := pattern.search(line):
                    yield number, kind, match.group()


if __name__ == "__main__":
    found = [(path, *one) for path in sys.argv[1:] for one in findings(path)]
    for path, number, kind, text in found:
        print(f"{path}:{number}: {kind}: {text}")
    sys.exit(bool(found))
