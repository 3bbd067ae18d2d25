# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The READMEs are read by people who know those of OCA."""

from pathlib import Path

import pytest
from docutils import nodes
from docutils.core import publish_doctree

PROJECT = Path(__file__).resolve().parents[2]
FOLDERS = (".", "l10n_fr_apprenticeship", "opco_ep_connector")
SECTIONS = [
    "Use Cases / Context",
    "Installation",
    "Configuration",
    "Usage",
    "Known issues / Roadmap",
    "Changelog",
    "Bug Tracker",
    "Credits",
]
# The repository's says to developers what has no place in the page of « Apps ».
OWN_SECTIONS = {".": "Development"}


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_sections_are_those_of_oca_in_its_order(folder):
    document = publish_doctree(
        (PROJECT / folder / "README.rst").read_text(encoding="utf-8")
    )
    titles = [
        section.next_node(nodes.title).astext()
        for section in document.findall(nodes.section)
        if section.parent is document
    ]
    assert [title for title in titles if title != OWN_SECTIONS.get(folder)] == SECTIONS
