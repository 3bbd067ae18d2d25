# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from dataclasses import fields as attributes_of

from psycopg2.errors import CheckViolation

from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.l10n_fr_apprenticeship.tests.common import NIR

from ..convergence import profile as norm
from .common import ConnectorCase


@tagged("post_install", "-at_install")
class TestProfile(ConnectorCase):
    """The profile of an OPCO as data."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.profile = cls.env.ref("opco_ep_connector.profile_opco_ep")

    def as_value(self):
        return self.profile._to_profile(
            "https://api.example", "https://auth.example/token"
        )

    def test_opco_ep_takes_what_is_known_of_it(self):
        value = self.as_value()
        for flow in (
            norm.DOSSIERS_DEPOSIT,
            norm.AMENDMENTS,
            norm.CONVENTIONS_DEPOSIT,
        ):
            self.assertTrue(value.is_open(flow), flow)
        for flow in (norm.DOCUMENTS_UPLOAD, norm.TERMINATION, norm.KEY_INFO):
            self.assertFalse(value.is_open(flow), flow)
        self.assertIsNone(value.states_page_parameter)
        self.assertEqual(value.accepted_mime_types, {"application/pdf"})
        self.assertEqual(value.max_file_bytes, 10 * 1024 * 1024)
        default = norm.Profile("https://api.example", "https://auth.example/token")
        self.assertEqual(value.open_flows, default.open_flows)
        self.assertEqual(value.paths, default.paths)
        self.assertEqual(value.timeouts, default.timeouts)
        # Whatever the client can be told is in the profile, at the same values.
        told_otherwise = {"base_url", "token_url", "max_response_bytes", "final_states"}
        for attribute in attributes_of(norm.Profile):
            if attribute.name not in told_otherwise:
                self.assertEqual(
                    getattr(value, attribute.name),
                    getattr(default, attribute.name),
                    attribute.name,
                )

    def test_a_flow_is_opened_by_its_box(self):
        self.profile.write({"documents_open": True, "contracts_open": False})
        value = self.as_value()
        self.assertTrue(value.is_open(norm.DOCUMENTS_UPLOAD))
        self.assertFalse(value.is_open(norm.DOSSIERS_DEPOSIT))
        self.assertTrue(value.is_open(norm.DOSSIERS_STATES))

    def test_the_whole_deposit_bounds_the_run(self):
        self.profile.write(
            {"deposit_total": 30, "connect_timeout": 4, "read_timeout": 9}
        )
        # And, after a 403, a harmless read.
        self.assertEqual(self.profile._longest_timeout(), 43)
        self.assertEqual(self.as_value().longest_deposit, 30)

    def test_the_pace_has_limits(self):
        self.profile.write({"settle_minutes": 0, "calls_at_once": 16})
        for vals in (
            {"settle_minutes": -1},
            {"calls_at_once": 0},
            {"calls_at_once": 17},
            {"retry_first_seconds": 0},
            {"retry_first_seconds": 61, "retry_longest_minutes": 1},
            {"deposit_total": 56},
            {"token_lifetime": 0},
            {"max_file_megabytes": 0},
        ):
            with (
                self.subTest(vals=vals),
                mute_logger("odoo.sql_db"),
                self.assertRaises(CheckViolation),
                self.env.cr.savepoint(),
            ):
                self.profile.write(vals)
                self.profile.flush_recordset()

    def test_what_goes_on_the_wire_is_checked(self):
        for vals in (
            {"states_page_parameter": "page&x=1"},
            {"document_path": "//elsewhere"},
            {"key_info_path": "v2/cfakeyinfo"},
            {"file_part": 'a"; b'},
            {"mobility_key": "a b"},
            {"proving_signature_key": "CERFA signature"},
            {"accepted_mime_types": "pdf"},
            {"accepted_mime_types": "application/pdf;x=\n1"},
            {"termination_template": "{}"},
            {"termination_template": '{"a": "{nir}", "b": "{dateRupture}"}'},
        ):
            with self.subTest(vals=vals), self.assertRaises(ValidationError):
                self.profile.write(vals)
        self.profile.mobility_key = "mentionMobilitéInternationale"
        self.profile.states_page_parameter = "numeroPage"
        self.assertEqual(self.as_value().states_page_parameter, "numeroPage")

    def test_each_spelling_reaches_the_wire(self):
        """Both values of each, from the record to what leaves."""
        contract = self.new_contract()

        def content():
            return contract._opco_prepare()[0].content["cerfa"]

        self.assertEqual(content()["formation"]["rncp"], "RNCP38764")
        self.assertEqual(content()["apprenti"]["nir"], NIR)
        self.assertIn("CERFASignatureProbante", content())
        self.assertEqual(
            content()["contrat"]["dateDebutContrat"], "2026-09-01T00:00:00+00:00"
        )
        self.assertEqual(content()["apprenti"]["derniereClasse"], 1)
        self.assertEqual(content()["apprenti"]["departementNaissance"], "075")
        self.profile.write(
            {
                "rncp_prefix": False,
                "nir_length": "13",
                "proving_signature_key": "cerfaSignatureProbante",
                "date_format": "%Y-%m-%d",
                "codes_as_int": False,
                "birth_department_length": "2",
            }
        )
        self.assertEqual(content()["contrat"]["dateDebutContrat"], "2026-09-01")
        self.assertEqual(content()["apprenti"]["derniereClasse"], "01")
        self.assertEqual(content()["apprenti"]["departementNaissance"], "75")
        self.assertEqual(content()["formation"]["rncp"], "38764")
        self.assertEqual(content()["apprenti"]["nir"], NIR[:13])
        self.assertIn("cerfaSignatureProbante", content())
        self.assertNotIn("CERFASignatureProbante", content())

    def test_the_names_of_parts_reach_the_wire(self):
        value = self.as_value()
        self.assertEqual(
            (value.convention_part, value.document_part, value.file_part),
            ("convention", "infosFichier", "fichier"),
        )
        self.profile.write(
            {
                "convention_part": "infosConvention",
                "document_part": "document",
                "file_part": "file",
                "mobility_key": "mentionMobilitéInternationale",
                "state_aliases": "RUPTU=RUPTURE,ENG=ENGAGE",
                "token_lifetime": 60,
            }
        )
        value = self.as_value()
        self.assertEqual(
            (value.convention_part, value.document_part, value.file_part),
            ("infosConvention", "document", "file"),
        )
        self.assertEqual(value.mobility_key, "mentionMobilitéInternationale")
        self.assertEqual(value.state("eng"), "ENGAGE")
        self.assertEqual(value.token_lifetime, 60)
