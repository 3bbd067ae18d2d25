# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Who may import whom, as the architecture says.

* The pure parts (cerfa/, convergence/, sealed_content.py, vault.py, verify_journal.py)
  import neither Odoo nor the rest of the project: what they need comes from the
  standard library, from a library, or from themselves by a relative import. A pure part
  may be named for typing only.
* The sandbox imports nothing from the add-ons, nor they from it: it stands for the
  platform, and one mistake must not be able to hide another.

Prints file:line and the import; exits 1 if there is one.
"""

import ast
import sys
from pathlib import PurePosixPath

ADDONS = {"l10n_fr_apprenticeship", "opco_ep_connector"}
PURE = {"cerfa", "convergence", "sealed_content", "vault", "verify_journal"}
SANDBOX = {"opco_sandbox"}
DYNAMIC = {"import_module", "__import__"}


def typing_only(tree):
    """Return the nodes that stand under "if TYPE_CHECKING:"."""
    return {
        node
        for block in ast.walk(tree)
        if isinstance(block, ast.If)
        and getattr(block.test, "id", None) == "TYPE_CHECKING"
        for statement in block.body
        for node in ast.walk(statement)
    }


def imported_modules(tree):
    """Yield (node, level, dotted name) for each import, dynamic ones included."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node, 0, alias.name
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                name = ".".join(filter(None, (node.module, alias.name)))
                yield node, node.level, name
        elif isinstance(node, ast.Call) and node.args:
            function = getattr(node.func, "attr", getattr(node.func, "id", None))
            name = getattr(node.args[0], "value", None)
            if function in DYNAMIC and isinstance(name, str):
                yield node, 0, name


def absolute(parts, level, name):
    """Return the imported name's parts, counted from the repository's root."""
    if not level:
        return tuple(name.split("."))
    # The folder of the file is one level up, for a package's __init__.py as well.
    base = parts[: len(parts) - level] if level <= len(parts) else ()
    return (*base, *name.split("."))


def is_pure(parts):
    return len(parts) > 1 and parts[0] in ADDONS and parts[1] in PURE


def fault(parts, level, name, for_typing):
    """Return why the file at `parts` may not import `name`, or None."""
    target = absolute(parts, level, name)
    root = target[0]
    of_odoo_addon = target[2] if target[:2] == ("odoo", "addons") and target[2:] else ""
    if is_pure(parts):
        # By a relative import, a pure part reaches itself only.
        if level and target[:2] != parts[:2]:
            return "a pure part imports what is outside it"
        if not level and root == "odoo":
            return "a pure part imports Odoo"
        if not level and root in PURE and for_typing:
            return None
        if not level and root in ADDONS | PURE | SANDBOX:
            return "a pure part imports a package of the project by an absolute name"
    if parts[0] in SANDBOX and (
        root in ADDONS | PURE | {"odoo"} or of_odoo_addon in ADDONS
    ):
        return "the sandbox imports the add-ons or Odoo"
    if parts[0] in ADDONS and root in SANDBOX:
        return "an add-on imports the sandbox"
    return None


def main(names):
    failed = False
    for name in names:
        path = PurePosixPath(name)
        with open(path, encoding="utf-8") as file:
            tree = ast.parse(file.read(), name)
        parts = path.with_suffix("").parts
        quiet = typing_only(tree)
        for node, level, module in imported_modules(tree):
            if reason := fault(parts, level, module, node in quiet):
                print(f"{name}:{node.lineno}: {reason}: {'.' * level}{module}")
                failed = True
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
