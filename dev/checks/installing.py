# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What is said of installing is what the code needs.

* The Python packages of a manifest are those that its add-on imports and that Odoo does
  not bring.
* Each document that says « pip install » names all of them; the README of an add-on
  names at least its own and those of the add-ons it depends on.
* Each « make … » of the READMEs and of the documents is a target of the Makefile.
* The compose file mounts each add-on where the image looks for add-ons, and passes the
  master key.

Prints the file and the fault; exits 1 if there is one.
"""

import ast
import re
import sys
from pathlib import Path, PurePosixPath

import yaml

ROOT = Path(__file__).resolve().parents[2]
ADDONS = ("l10n_fr_apprenticeship", "opco_ep_connector")
# Imported under another name than the package's.
PACKAGES = {"requests_toolbelt": "requests-toolbelt", "stdnum": "python-stdnum"}
# Parts of Odoo, or of what it asks for itself; the project's own names for typing.
BROUGHT = {"dateutil", "lxml", "markupsafe", "odoo", "psycopg2", "urllib3", "werkzeug"}
OWN = {"cerfa", "convergence"}
DOCUMENTS = ("README.rst", "docs/installation.md", "deploy/docker/Dockerfile")
INSTALLING = re.compile(r"pip install((?:[ \t]+(?:\\\n[ \t]*)?[\w-]+)+)")
MAKING = re.compile(r"(?:``|`|« ?|^ {4})make ([a-z][\w-]*)", re.MULTILINE)
TARGET = re.compile(r"^([a-z][\w-]*):", re.MULTILINE)
COMPOSE = ROOT / "deploy" / "docker" / "compose.yaml"
IMAGE_ADDONS = PurePosixPath("/mnt/extra-addons")


def imported(addon):
    """Return the packages from outside that the code of an add-on imports."""
    names = set()
    for path in (ROOT / addon).rglob("*.py"):
        if "tests" in path.relative_to(ROOT).parts:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                names.add(node.module)
    roots = {name.partition(".")[0] for name in names}
    return {
        PACKAGES.get(root, root)
        for root in roots - BROUGHT - OWN - sys.stdlib_module_names
    }


def manifest_of(addon):
    text = (ROOT / addon / "__manifest__.py").read_text(encoding="utf-8")
    return ast.literal_eval(text)


def declared(addon):
    """Return the Python packages that a manifest asks for."""
    return set(manifest_of(addon)["external_dependencies"]["python"])


def with_dependencies(addon):
    """Return the Python packages of an add-on and of those of ours it depends on."""
    ours = [one for one in manifest_of(addon)["depends"] if one in ADDONS]
    return declared(addon).union(*map(declared, ours))


def named(text):
    """Return the packages of each « pip install » that names some, options aside."""
    for match in INSTALLING.finditer(text):
        words = set(match[1].replace("\\", " ").split())
        yield {word for word in words if not word.startswith("-")}


def unknown_targets():
    """Yield (document, target) for what a document makes and the Makefile does not."""
    targets = set(TARGET.findall((ROOT / "Makefile").read_text(encoding="utf-8")))
    for path in sorted([*ROOT.glob("**/README.rst"), *ROOT.glob("docs/**/*.md")]):
        for target in MAKING.findall(path.read_text(encoding="utf-8")):
            if target not in targets:
                yield path.relative_to(ROOT), target


def faults():
    """Yield (file, sentence)."""
    needed = set()
    for addon in ADDONS:
        needed |= declared(addon)
        if declared(addon) != imported(addon):
            said = ", ".join(sorted(imported(addon)))
            yield f"{addon}/__manifest__.py", f"external_dependencies: it needs {said}"
    for addon in ADDONS:
        readme = f"{addon}/README.rst"
        found = set().union(*named((ROOT / readme).read_text(encoding="utf-8")))
        lacking = with_dependencies(addon) - found
        if lacking:
            yield readme, f"no « pip install » names {', '.join(sorted(lacking))}"
    for name in DOCUMENTS:
        found = list(named((ROOT / name).read_text(encoding="utf-8")))
        if needed not in found:
            yield name, f"no « pip install » names just {', '.join(sorted(needed))}"
    for path, target in unknown_targets():
        yield path, f"there is no « make {target} »"
    service = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))["services"]["odoo"]
    mounts = [volume.split(":") for volume in service["volumes"]]
    for addon in ADDONS:
        mounted = [
            source
            for source, target, *_mode in mounts
            if target == f"{IMAGE_ADDONS}/{addon}"
        ]
        if [(COMPOSE.parent / source).resolve() for source in mounted] != [
            ROOT / addon
        ]:
            yield COMPOSE.relative_to(ROOT), f"{addon} is not mounted"
    if "OPCO_MASTER_KEYS" not in service["environment"]:
        yield COMPOSE.relative_to(ROOT), "the master key is not passed"


if __name__ == "__main__":
    found = list(faults())
    for file, sentence in found:
        print(f"{file}: {sentence}")
    sys.exit(bool(found))
