# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Each reStructuredText file is read by docutils without a warning."""

import sys

from docutils.core import publish_string


def has_warning(path):
    # docutils prints file:line and its message on the standard error.
    levels = []
    with open(path, encoding="utf-8") as file:
        document = file.read()

    class Reader:
        """Stands for the standard error and remembers that something was said."""

        def write(self, text):
            levels.append(text)
            sys.stderr.write(text)

    publish_string(
        document,
        source_path=path,
        writer="null",
        settings_overrides={"report_level": 2, "warning_stream": Reader()},
    )
    return bool(levels)


if __name__ == "__main__":
    sys.exit(any([has_warning(path) for path in sys.argv[1:]]))
