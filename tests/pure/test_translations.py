# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The French translation is complete, and says what the code says."""

import re
from collections import Counter
from html import unescape
from pathlib import Path

import polib
import pytest

from cerfa.termination import CASES

ADDONS = ("l10n_fr_apprenticeship", "opco_ep_connector")
PROJECT = Path(__file__).resolve().parents[2]
PLACEHOLDER = re.compile(r"%\(\w+\)[-+ #0-9.]*[a-zA-Z]|%%")
MARKUP = re.compile(r"<[^>]*>")
# A sign without the no-break space of French; the colon of « https:// » needs none.
BREAKING_SIGN = re.compile(r"[^\W_] ?[;?!](?!\w)|[^\W_] ?:(?![/\w])| [:;?!]|« | »")
# Reviewed: these are the same words in both languages.
SAME_IN_FRENCH = {
    "<span>h</span>",
    "<span>min</span>",
    "2026-09-01",
    "2026-09-01T00:00:00+0000",
    "2026-09-01T00:00:00+00:00",
    "2026-09-01T00:00:00Z",
    "3f2a9c1d-42-9b1c…",
    "Cause",
    "Code",
    "Configuration",
    "Contact",
    "Date",
    "Dates",
    "Documents",
    "Dossier",
    "EDITEUR",
    "HTTP",
    "ID",
    "Intact",
    "LOGICIEL",
    "Mayotte",
    "Messages",
    "Minimum (%)",
    "NIR",
    "Nature",
    "OPCO EP",
    "OPCO",
    "Production",
    "Purge",
    "SIRET",
    "SMC",
    "SMIC",
    "Secrets",
    "Simulation",
    "Site",
    "Table",
    "Test",
    "Token",
    "Tokens",
    "Transmission",
    "Transmissions",
    "VERSION",
    "Versions",
    "Zone",
    "https://…",
    "id",
    "min",
    "ms",
    "numeroPage",
    "– HTTP",
    '"Fiche %s" % object.name.replace("/", "-")',
    '"Accuse %s" % object.reference.replace("/", "-")',
}
# French in the code too: the words of the law.
LEGAL_CASES = {f"{case.label} ({case.article})" for case in CASES.values()}


def catalogue(addon, name):
    return polib.pofile(str(PROJECT / addon / "i18n" / name))


def french(addon):
    return catalogue(addon, "fr.po")


@pytest.mark.parametrize("addon", ADDONS)
def test_every_term_of_the_template_and_no_other_is_there(addon):
    template = catalogue(addon, f"{addon}.pot")
    assert places_by_term(french(addon)) == places_by_term(template)


@pytest.mark.parametrize("addon", ADDONS)
def test_no_term_is_twice_there(addon):
    counts = Counter(entry.msgid for entry in french(addon))
    assert [term for term, count in counts.items() if count > 1] == []


@pytest.mark.parametrize("addon", ADDONS)
@pytest.mark.parametrize("name", ["fr.po", "{addon}.pot"])
def test_headers_name_no_person_and_no_day(addon, name):
    headers = catalogue(addon, name.format(addon=addon)).metadata
    assert headers["Last-Translator"] == ""
    assert [header for header in headers if header.endswith("-Date")] == []


@pytest.mark.parametrize("addon", ADDONS)
def test_every_term_is_translated(addon):
    assert terms(addon, lambda entry: not entry.msgstr.strip()) == []
    assert terms(addon, lambda entry: entry.fuzzy or entry.obsolete) == []


@pytest.mark.parametrize("addon", ADDONS)
def test_no_term_is_left_in_english(addon):
    same = terms(addon, lambda entry: entry.msgstr == entry.msgid)
    assert set(same) <= SAME_IN_FRENCH | LEGAL_CASES


@pytest.mark.parametrize("addon", ADDONS)
def test_no_place_of_a_term_is_cut(addon):
    """A record whose identifier ends with « :00 » would stay in English."""
    assert (
        terms(addon, lambda entry: is_cut(entry) and entry.msgstr != entry.msgid) == []
    )


@pytest.mark.parametrize("addon", ADDONS)
def test_placeholders_are_the_same(addon):
    assert terms(addon, changes(placeholders)) == []


@pytest.mark.parametrize("addon", ADDONS)
def test_tags_are_the_same(addon):
    assert terms(addon, changes(tags)) == []


@pytest.mark.parametrize("addon", ADDONS)
def test_signs_keep_a_space_that_does_not_break(addon):
    assert terms(addon, lambda entry: BREAKING_SIGN.search(words(entry.msgstr))) == []


def places_by_term(entries):
    return {entry.msgid: sorted(entry.occurrences) for entry in entries}


def terms(addon, is_wrong):
    return [entry.msgid for entry in french(addon) if is_wrong(entry)]


def changes(parts):
    """Return whether the translation of an entry has other parts than its source."""
    return lambda entry: sorted(parts(entry.msgid)) != sorted(parts(entry.msgstr))


def is_cut(entry):
    """Return whether a part of a record's identifier was taken for a line number."""
    return any(place.startswith("model") and line for place, line in entry.occurrences)


def placeholders(text):
    return PLACEHOLDER.findall(text)


def tags(text):
    """Return the tags without their titles, which are translated."""
    return [re.sub(r' title="[^"]*"', "", tag) for tag in MARKUP.findall(text)]


def words(text):
    return unescape(MARKUP.sub("", text))
