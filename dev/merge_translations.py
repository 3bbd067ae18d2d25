# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Bring a translation up to date with its template: merge_translations.py POT PO

Translations are kept, new terms come empty and obsolete ones go. Nothing written
depends on the day or on the machine: without a change in the code, no diff.
"""

import sys
from pathlib import Path

import polib

LANGUAGE = "fr"
HEADERS = {
    "Project-Id-Version": "Odoo Server 19.0",
    "Report-Msgid-Bugs-To": "",
    "Last-Translator": "",
    "Language-Team": "",
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "",
    "Plural-Forms": "",
}
LANGUAGE_HEADERS = HEADERS | {
    "Language": LANGUAGE,
    "Plural-Forms": "nplurals=2; plural=(n > 1);",
}


def merge(template_path, translation_path):
    """Rewrite both files.

    :param template_path: `.pot` file, as Odoo has just exported it
    :param translation_path: `.po` file, which need not exist
    :return: number of terms without a translation
    """
    template = polib.pofile(str(template_path))
    known = {}
    if translation_path.exists():
        known = {
            entry.msgid: entry.msgstr
            for entry in polib.pofile(str(translation_path))
            if not (entry.obsolete or entry.fuzzy)
        }
    written = {template_path: {}, translation_path: known}
    headers = {template_path: HEADERS, translation_path: LANGUAGE_HEADERS}
    for path, translations in written.items():
        _catalogue(template, headers[path], translations).save(str(path))
    return sum(not known.get(entry.msgid) for entry in template)


def _catalogue(template, headers, translations):
    catalogue = polib.POFile()
    catalogue.header = template.header
    catalogue.metadata = headers
    for entry in sorted(template, key=lambda entry: entry.msgid):
        catalogue.append(
            polib.POEntry(
                msgid=entry.msgid,
                msgstr=translations.get(entry.msgid, ""),
                comment=entry.comment,
                tcomment=entry.tcomment,
                occurrences=sorted(entry.occurrences),
                flags=[flag for flag in entry.flags if flag != "fuzzy"],
            )
        )
    return catalogue


if __name__ == "__main__":
    template_file, translation_file = map(Path, sys.argv[1:])
    missing = merge(template_file, translation_file)
    if missing:
        print(f"{translation_file}: {missing} terms to translate")
