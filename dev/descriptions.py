# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The page that Odoo's « Apps » shows of each add-on, made from its README.rst.

    descriptions.py write      writes static/description/index.html and the pictures
    descriptions.py check      prints what is not up to date; exits 1 if there is any

A picture named static/description/NAME.png is a copy of docs/screenshots/NAME.png: an
add-on is installed without the rest of the repository.
"""

import sys

import shipped
from docutils import nodes
from docutils.core import publish_parts
from docutils.readers import standalone
from docutils.transforms import Transform
from shipped import ROOT

ADDONS = ("l10n_fr_apprenticeship", "opco_ep_connector")
DESCRIPTION = "static/description"
SCREENSHOTS = ROOT / "docs" / "screenshots"
PAGE = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8"/>
<title>{title}</title>
</head>
<body>
{body}</body>
</html>
"""


class OwnPictures(Transform):
    """Keeps the add-on's own pictures; a remote one is replaced by its words.

    Whoever opens the page would otherwise call somebody else's server.
    """

    # After the substitutions of docutils.
    default_priority = 900

    def apply(self):
        for picture in list(self.document.findall(nodes.image)):
            if picture["uri"].startswith(f"{DESCRIPTION}/"):
                # Odoo looks for it beside the page.
                picture["uri"] = picture["uri"].removeprefix(f"{DESCRIPTION}/")
            else:
                picture.replace_self(nodes.Text(picture["alt"]))


class Reader(standalone.Reader):
    def get_transforms(self):
        return [*super().get_transforms(), OwnPictures]


def render(readme):
    """Return the page of a README, the same whenever and wherever it is made."""
    parts = publish_parts(
        readme.read_text(encoding="utf-8"),
        source_path=readme.name,
        reader=Reader(),
        writer="html4css1",
        settings_overrides={
            "report_level": 2,
            "halt_level": 2,
            "toc_backlinks": False,
            "initial_header_level": 2,
            "file_insertion_enabled": False,
        },
    )
    return PAGE.format(title=parts["title"], body=parts["body"])


def wanted():
    """Return {file: bytes} of what the READMEs and the screenshots make."""
    made = {}
    for addon in ADDONS:
        readme = ROOT / addon / "README.rst"
        made[ROOT / addon / DESCRIPTION / "index.html"] = render(readme).encode()
        for line in readme.read_text(encoding="utf-8").splitlines():
            if line.startswith(f".. figure:: {DESCRIPTION}/"):
                picture = ROOT / addon / line.split()[-1]
                made[picture] = (SCREENSHOTS / picture.name).read_bytes()
    return made


def present():
    """Return the pictures of the add-ons, but their icons."""
    for addon in ADDONS:
        for path in sorted((ROOT / addon / DESCRIPTION).glob("*.png")):
            if path.name != "icon.png":
                yield path


if __name__ == "__main__":
    sys.exit(shipped.main(*sys.argv[1:], wanted(), present()))
