# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The guide cannot lie: its labels are those of the screens, its pictures are taken.

In docs/guide, **« … »** is a label of the add-ons, and several joined by « > », from
**« OPCO »** on, are a menu. Elsewhere, whatever begins with « OPCO > » is a menu, and
what the administrators' documents put between guillemets is on a screen.
"""

import ast
import re
from html import unescape
from pathlib import Path
from xml.etree import ElementTree

import polib
import pytest

PROJECT = Path(__file__).resolve().parents[2]
ADDONS = ("l10n_fr_apprenticeship", "opco_ep_connector")
SCREENSHOTS = PROJECT / "docs" / "screenshots"
PAGES = sorted((PROJECT / "docs" / "guide").glob("*.md"))
READMES = sorted(PROJECT.glob("**/README.rst"))
SHIPPED = PROJECT / "opco_ep_connector" / "static" / "guide"
MENUS = PROJECT / "opco_ep_connector" / "views" / "opco_menus.xml"
LABEL = re.compile(r"\*\*«\s*(.+?)\s*»\*\*")
MENU_PATH = re.compile(r"\*\*« OPCO »\*\*(?: > \*\*«[^»]+»\*\*)+")
PLAIN_PATH = re.compile(r"\bOPCO > [^.,;:*()«»]+")
PROSE = [PROJECT / "README.rst", PROJECT / "dev" / "demo", *READMES]
ADMINISTRATION = [
    PROJECT / "docs" / f"{name}.md" for name in ("installation", "exploitation")
]
# Words of Odoo itself, of its configuration file and of « Apps ».
NOT_OURS = {"Archivé", "actions planifiées", "threads", "OPCO EP Connector"}
MARKUP = re.compile(r"<[^>]*>")
PICTURE = re.compile(r"(?:screenshots|description)/([\w-]+)\.png")
MOST_BYTES = 4_000_000

by_name = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)


def text_of(page):
    """Return a page on one line: a label may be cut by the end of one."""
    return " ".join(page.read_text(encoding="utf-8").split())


def french():
    """Return the translations on one line, with plain spaces, by source."""
    return {
        entry.msgid: " ".join(entry.msgstr.split())
        for addon in ADDONS
        for entry in polib.pofile(str(PROJECT / addon / "i18n" / "fr.po"))
    }


def screen_labels():
    """Return each translation, and each of its parts between tags."""
    labels = set()
    for words in french().values():
        for part in (words, *MARKUP.split(words)):
            labels.add(" ".join(unescape(part).split()).strip(" :"))
    return labels


def menu_paths():
    """Return the French path of each menu of OPCO."""
    words = french()
    menus = {
        item.get("id"): (
            item.get("parent"),
            words.get(item.get("name"), item.get("name")),
        )
        for item in ElementTree.parse(MENUS).iter("menuitem")
    }

    def path(identifier):
        parent, name = menus[identifier]
        return (*path(parent), name) if parent else (name,)

    return {path(identifier) for identifier in menus}


def lost_paths(text):
    """Return what is written as a menu and begins with none."""
    paths = tuple(" > ".join(path) for path in menu_paths())
    return [named for named in PLAIN_PATH.findall(text) if not named.startswith(paths)]


def pictures_of(paths):
    return {name for path in paths for name in PICTURE.findall(text_of(path))}


def pictures_taken():
    """Return the names that dev/screenshots.py gives to its pictures."""
    tree = ast.parse((PROJECT / "dev" / "screenshots.py").read_text(encoding="utf-8"))
    return [
        node.args[1].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "take"
    ]


@by_name
def test_each_label_is_one_of_the_screens(page):
    labels = LABEL.findall(text_of(page))
    assert labels
    assert set(labels) - screen_labels() == set()


@by_name
def test_each_path_is_a_menu(page):
    paths = {tuple(LABEL.findall(path)) for path in MENU_PATH.findall(text_of(page))}
    assert paths - menu_paths() == set()


@pytest.mark.parametrize("page", [*PROSE, *ADMINISTRATION], ids=str)
def test_each_path_in_plain_words_is_a_menu(page):
    assert lost_paths(text_of(page)) == []


def test_each_path_in_a_sentence_of_the_screens_is_a_menu():
    sentences = " | ".join(french().values())
    assert lost_paths(unescape(sentences)) == []


@pytest.mark.parametrize("page", ADMINISTRATION, ids=lambda page: page.stem)
def test_each_label_for_the_administrators_is_on_a_screen(page):
    labels = {label.casefold() for label in screen_labels() | NOT_OURS}
    quoted = re.findall("« ([^»]+) »", text_of(page))
    assert quoted
    assert [text for text in quoted if text.casefold() not in labels] == []


@by_name
def test_each_link_leads_somewhere(page):
    for target in re.findall(r"\]\(([^)#]+)", text_of(page)):
        assert (page.parent / target).exists(), target


@by_name
def test_each_page_is_in_the_index(page):
    index = page.with_name("README.md").read_text(encoding="utf-8")
    assert page.name == "README.md" or f"]({page.name})" in index


def test_each_picture_is_taken_once_and_shown():
    taken = pictures_taken()
    files = {path.stem for path in SCREENSHOTS.glob("*.png")}
    assert sorted(taken) == sorted(files)
    assert files == pictures_of([*PAGES, *READMES]) & files


def test_each_picture_shown_exists():
    assert pictures_of([*PAGES, *READMES]) <= {
        p.stem for p in SCREENSHOTS.glob("*.png")
    }


def test_what_is_shipped_is_light():
    assert sum(path.stat().st_size for path in SHIPPED.iterdir()) < MOST_BYTES
