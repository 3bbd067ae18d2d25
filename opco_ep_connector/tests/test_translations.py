# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import polib
from lxml import etree

from odoo.modules import Manifest
from odoo.tests import TransactionCase, tagged
from odoo.tools import file_open
from odoo.tools.translate import TranslationModuleReader

ADDONS = ("l10n_fr_apprenticeship", "opco_ep_connector")


@tagged("post_install", "-at_install")
class TestTranslations(TransactionCase):
    """The template is that of the code: what it lacks, nobody translates."""

    def test_the_template_holds_the_terms_of_the_code(self):
        for addon in ADDONS:
            with self.subTest(addon=addon):
                in_code, in_template = self.terms_of(addon), self.template_of(addon)
                self.assertEqual(in_code - in_template, set(), "make i18n adds them")
                self.assertEqual(in_template - in_code, set(), "make i18n removes them")

    def terms_of(self, addon):
        """Return what Odoo exports, without the data of the demonstration."""
        shown = self.demonstration_of(addon)
        return {
            source
            for _addon, _kind, _name, record, source, *_rest in TranslationModuleReader(
                self.env.cr, modules=[addon]
            )
            if record not in shown
        }

    def demonstration_of(self, addon):
        identifiers = set()
        for path in Manifest.for_addon(addon)["demo"]:
            with file_open(f"{addon}/{path}", "rb") as file:
                records = etree.parse(file).iter("record")
                identifiers |= {f"{addon}.{record.get('id')}" for record in records}
        return identifiers

    def template_of(self, addon):
        with file_open(f"{addon}/i18n/{addon}.pot") as file:
            return {entry.msgid for entry in polib.pofile(file.read())}
