# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What an add-on ships that is made from other files of the repository.

What is made is {path: bytes}; the paths that are present and not made are left over.
"""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def stale(made, present):
    """Yield the files that differ from what is made, and those left over."""
    for path, content in made.items():
        if not path.exists() or path.read_bytes() != content:
            yield path
    for path in present:
        if path not in made:
            yield path


def write(made, present):
    """Write what is not up to date; remove what is left over."""
    for path in list(stale(made, present)):
        if path in made:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(made[path])
        else:
            path.unlink()


def main(command, made, present):
    """Run the command, « write » or « check »; return the exit code."""
    if command == "write":
        write(made, present)
        return 0
    found = list(stale(made, present))
    for path in found:
        print(f"{path.relative_to(ROOT)}: not up to date: make format")
    return 1 if found else 0
