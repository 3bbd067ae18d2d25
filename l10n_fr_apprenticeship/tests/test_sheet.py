# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import io
import re
from datetime import date

from lxml import html
from pypdf import PdfReader

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import TransactionCase, new_test_user, tagged

from ..cerfa.findings import MASK
from ..cerfa.sheet import masked_sheet

REPORT = "l10n_fr_apprenticeship.contract_sheet"
NIR = "106057505612367"
PERSONAL_BOXES = (
    "apprentice.nir",
    "apprentice.disabled_worker",
    "apprentice.disability_youth_equivalence",
    "apprentice.disability_boe_extension",
)


@tagged("post_install", "-at_install")
class TestSheet(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        user = "l10n_fr_apprenticeship.group_contract_user"
        personal = "l10n_fr_apprenticeship.group_personal_data"
        cls.user = new_test_user(cls.env, "sheet_user", user)
        cls.entitled = new_test_user(cls.env, "sheet_entitled", f"{user},{personal}")
        cls.stranger = new_test_user(cls.env, "sheet_stranger", "base.group_user")
        cls.contract = cls._contract()

    @classmethod
    def _code(cls, table, code):
        return cls.env.ref(f"l10n_fr_apprenticeship.code_{table}_{code}").id

    @classmethod
    def _contract(cls):
        address = {"street": "3 rue du Sud", "zip": "44000", "city": "Nantes"}
        employer, centre = cls.env["res.partner"].create(
            [
                {
                    "name": "Boulangerie des Lilas",
                    "is_company": True,
                    "apprenticeship_employer_type_id": cls._code("employer_type", "11"),
                    **address,
                },
                {"name": "CFA Horizon", "is_company": True, **address},
            ]
        )
        apprentice, tutor = cls.env["res.partner"].create(
            [
                {"name": "MARTIN Jean", "apprenticeship_birth_name": "MARTIN"},
                {"name": "DURAND Claire", "apprenticeship_birth_name": "DURAND"},
            ]
        )
        return cls.env["apprenticeship.contract"].create(
            {
                "employer_id": employer.id,
                "apprentice_id": apprentice.id,
                "apprentice_nir": NIR,
                "apprentice_disabled_worker": True,
                "tutor_id": tutor.id,
                "training_centre_id": centre.id,
                "contract_type_id": cls._code("contract_type", "11"),
                "date_conclusion": date(2026, 8, 20),
                "date_start": date(2026, 9, 1),
                "date_end": date(2028, 8, 31),
                "gross_monthly_wage": 802.82,
                "deca_number": "044202609001234",
                "pay_period_ids": [
                    Command.create(
                        {
                            "date_start": date(2026, 9, 1),
                            "date_end": date(2027, 8, 31),
                            "rate": 43,
                        }
                    )
                ],
            }
        )

    def _html(self, user, contracts=None):
        report = self.env["ir.actions.report"].with_user(user)
        docs = contracts or self.contract
        content, kind = report._render_qweb_html(REPORT, docs.ids)
        self.assertEqual(kind, "html")
        return html.fromstring(content.decode())

    def _boxes(self, page):
        return {
            node.get("data-box"): node.text_content().strip()
            for node in page.xpath("//*[@data-box]")
        }

    def _says(self, page):
        return re.sub(r"\s+", " ", page.text_content())

    def test_complete_contract(self):
        page = self._html(self.entitled)
        boxes = self._boxes(page)
        expected = {
            "contract.contract_type": "11 – Premier contrat d'apprentissage de"
            " l'apprenti",
            "contract.date_start": "01/09/2026",
            "contract.gross_monthly_wage": "802,82 €",
            "contract.derogation": "",
            "employer.name": "Boulangerie des Lilas",
            "apprentice.nir": NIR,
            "apprentice.disabled_worker": "oui",
            "deca_number": "044202609001234",
        }
        self.assertEqual({path: boxes[path] for path in expected}, expected)
        self.assertIn("43 %", self._says(page))

    def test_every_box_is_laid_out_once(self):
        boxes = [
            node.get("data-box")
            for node in self._html(self.user).xpath("//*[@data-box]")
        ]
        tables = self.env["apprenticeship.legal.table"]._legal_tables()
        expected = [
            line.path
            for section in masked_sheet(self.contract._to_cerfa(), tables)
            for group in section.groups
            for line in group.lines
        ]
        self.assertEqual(boxes, [*expected, "deca_number", "amendment_number"])

    def test_head(self):
        said = self._says(self._html(self.user))
        self.assertIn("Fiche récapitulative – ne remplace pas le CERFA signé", said)
        self.assertIn(self.contract.name, said)
        self.assertIn("10103*14", said)
        self.assertRegex(said, r"Imprimé le \d\d/\d\d/\d{4}")

    def test_masked_outside_the_group(self):
        page = self._html(self.user)
        boxes = self._boxes(page)
        self.assertEqual({boxes[path] for path in PERSONAL_BOXES}, {MASK})
        self.assertNotIn(NIR, html.tostring(page, encoding="unicode"))
        self.assertEqual(boxes["employer.name"], "Boulangerie des Lilas")

    def test_strangers_get_nothing(self):
        with self.assertRaises(AccessError):
            self._html(self.stranger)

    def test_empty_contract(self):
        empty = self.env["apprenticeship.contract"].create({})
        boxes = self._boxes(self._html(self.user, empty))
        self.assertEqual(boxes["employer.name"], "")
        self.assertEqual(boxes["contract.date_start"], "")

    def test_pdf(self):
        report = self.env["ir.actions.report"].with_user(self.entitled)
        report = report.with_context(force_report_rendering=True)
        if report.get_wkhtmltopdf_state() != "ok":
            self.skipTest("wkhtmltopdf is not there")
        both = self.contract + self.contract.copy()
        for contracts, pages in ((self.contract, 2), (both, 4)):
            content, kind = report._render_qweb_pdf(REPORT, contracts.ids)
            self.assertEqual(kind, "pdf")
            read = PdfReader(io.BytesIO(content)).pages
            self.assertEqual(len(read), pages)
            self.assertIn(self.contract.name, read[0].extract_text())
            self.assertIn("044202609001234", read[1].extract_text())
