# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import json
from unittest.mock import patch

from lxml import etree

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.l10n_fr_apprenticeship.tests.common import NIR

from ..convergence import payload
from ..convergence.error_catalogue import Complaint
from ..convergence.errors import RemoteError
from ..convergence.wire_boxes import _boxes_by_field, cerfa_box
from ..models import opco_error
from .common import ConnectorCase

DEPOSIT = {"method": "POST", "path": "/v1/dossiers"}
STRANGE = "Le quota de la branche est atteint pour M. %s le 0%s/09/2026"
# The rejections of the reference, in words that an OPCO may use.
SAID_BY_OPCOS = {
    "L'établissement 90000001900019 est fermé depuis le 01/01/2025.": "employer_closed",
    "SIRET employeur incorrect": "employer_siret",
    "Le SIRET ne correspond pas au lieu d'exécution du contrat": "employer_place",
    "Le code IDCC est absent ou erroné": "idcc",
    "L'employeur ne relève pas de l'OPCO EP": "other_opco",
    "Le RNCP n'est plus actif": "rncp_inactive",
    "La fiche RNCP38764 est inactive": "rncp_inactive",
    "Le titre RNCP n'est plus valide": "rncp_inactive",
    "Le code diplôme ne correspond pas au RNCP": "rncp_diploma",
    "RNCP38764 inconnu": "rncp",
    "Le CFA n'est pas certifié Qualiopi": "qualiopi",
    "Le SIRET du CFA est inconnu": "centre_siret",
    "Le SIRET de l'organisme de formation est fermé": "centre_siret",
    "Le SIRET du CFA n'est pas habilité": "qualiopi",
    "La rémunération est inférieure au minimum légal": "pay_minimum",
    "La rémunération de la période 1 est inférieure au minimum": "pay_minimum",
    "Apprenti de plus de 29 ans : dérogation absente": "age",
    "L'apprenti a moins de 16 ans": "age",
    "Le maître d'apprentissage doit être majeur": "tutor_minor",
    "Le maître d'apprentissage encadre déjà deux apprentis": "tutor_load",
    "La date de conclusion est postérieure à la date de début": "conclusion",
    "Contrat antidaté": "antedated",
    "La durée du contrat est inférieure à 6 mois": "duration",
    "Le contrat a été déposé hors délai": "late",
    "La convention de formation est manquante": "document",
    "La pièce jointe est illisible": "document",
    "Signature de l'apprenti manquante": "signature",
    "La convention n'est pas signée": "signature",
    "Le visa du CFA est absent": "visa",
    "Le NIR est incohérent avec le sexe": "nir",
    "Le nom et le prénom semblent inversés": "names",
    "Le champ cerfa.apprenti.prenom est obligatoire": "mandatory",
    "L'effectif est erroné": "headcount",
    "Adresse courriel invalide": "email",
    "Le nombre d'heures en distanciel dépasse la durée totale": "distance_hours",
    "Le CERFA et la convention ne concordent pas": "agreement",
    "Le numéro du contrat précédent est obligatoire": "previous_number",
    "Un dossier existe déjà pour cet apprenti": "duplicate",
}


@tagged("post_install", "-at_install")
class TestErrorCatalogue(ConnectorCase):
    """What the OPCO rejects is explained, and what is unknown is collected once."""

    def setUp(self):
        super().setUp()
        self.errors = self.env["opco.error"]

    def rejected_with(self, *errors, status=400, **body):
        """Return a contract that the OPCO rejects with these complaints."""
        contract = self.new_contract()
        body = body or {"errors": [error for error in errors]}
        self.sandbox.add_fault("status", **DEPOSIT, status=status, body=body)
        self.send(contract)
        self.assertEqual(contract.opco_transport_state, "rejected")
        return contract

    def said(self, text, code=None, **others):
        return {"code": code, "description": text} | others

    def recognise(self):
        self._run(opco_error.RECOGNISING_CRON)

    def banner(self, contract):
        contract.invalidate_recordset(["opco_errors"])
        return contract.with_user(self.transmitter).opco_errors

    def collected(self):
        return self.errors.search([("state", "=", "to_complete")])

    # ------------------------------------------------------------------- banner
    def test_known_error_says_cause_remedy_and_field(self):
        contract = self.new_contract_of_closed_employer()
        row = self.send(contract)
        closed = self.env.ref("opco_ep_connector.error_employer_closed")
        [item] = self.banner(contract)
        self.assertIn("est fermé", item["said"][0])
        [explanation] = item["explanations"]
        self.assertEqual(explanation["cause"], closed.cause)
        self.assertEqual(explanation["remedy"], closed.remedy)
        self.assertEqual(
            (explanation["field"], explanation["page"]), ("employer_siret", "employer")
        )
        self.assertEqual((row.error_id, contract.opco_error_id), (closed, closed))
        self.assertEqual(closed.seen_count, 1)
        self.assertIn(f"What to do: {closed.remedy}", contract.activity_ids.note)
        self.assertFalse(self.collected())

    def test_field_that_the_opco_names_comes_first(self):
        contract = self.rejected_with(
            self.said("champ obligatoire absent", field="cerfa.maitre1.emploiOccupe")
        )
        [item] = self.banner(contract)
        self.assertEqual(item["explanations"][0]["field"], "tutor_job")

    def test_every_box_that_an_opco_may_name_has_its_place(self):
        fields = self.env["apprenticeship.contract"]._fields
        for wire in _boxes_by_field():
            for path in (wire, f"cerfa.{wire}", f"[0].{wire}", f"$.1.{wire}[2]"):
                place = self.errors._place(cerfa_box(path))
                self.assertIn(place["field"], fields, path)
                self.assertTrue(place["page"] and place["label"], path)

    def test_block_or_line_that_the_opco_names_keeps_no_rejection_waiting(self):
        for path in ("cerfa.contrat", "[0].apprenti", "contrat.remunerations"):
            contract = self.rejected_with(errors={path: "Champ obligatoire absent"})
            self.assertTrue(contract.opco_transmission_ids.applied)
            self.assertTrue(self.banner(contract), path)

    def test_rejection_does_not_wait_for_its_explanation(self):
        errors = type(self.errors)
        for method in ("_explain", "_learn"):
            with (
                patch.object(errors, method, side_effect=KeyError(method)),
                mute_logger("odoo.addons.opco_ep_connector.models.explaining"),
            ):
                contract = self.rejected_with(self.said("IDCC erroné"))
            self.assertTrue(contract.opco_transmission_ids.applied)
            self.assertIn("IDCC erroné", contract.activity_ids.note)

    def test_several_errors_in_order_without_repeats(self):
        contract = self.rejected_with(
            self.said("IDCC erroné"),
            self.said("NIR incohérent"),
            self.said("IDCC erroné"),
            self.said("Convention collective inconnue"),
        )
        items = self.banner(contract)
        self.assertEqual(
            [item["said"] for item in items],
            [["IDCC erroné", "Convention collective inconnue"], ["NIR incohérent"]],
        )

    def test_unknown_error_is_shown_as_said_with_advice(self):
        contract = self.rejected_with(self.said("Quota atteint", "X9"))
        [item] = self.banner(contract)
        self.assertEqual(item["said"], ["X9 – Quota atteint"])
        self.assertFalse(item["explanations"][0]["cause"])
        self.assertIn("not explained yet", item["explanations"][0]["remedy"])

    def test_never_raw_json(self):
        contract = self.rejected_with({"detailTechnique": {"motif": "quota"}})
        self.assertNotIn("{", json.dumps([i["said"] for i in self.banner(contract)]))

    def test_words_are_cut_and_without_nir(self):
        contract = self.rejected_with(self.said(f"Quota {NIR} {'A' * 5000}"))
        [said] = self.banner(contract)[0]["said"]
        self.assertLessEqual(len(said), 400)
        self.assertNotIn(NIR, said)

    def test_status_advises_on_what_is_not_explained(self):
        contract = self.rejected_with(comment="Quota", errors=None, status=404)
        [item] = self.banner(contract)
        not_found = self.env.ref("opco_ep_connector.error_not_found")
        self.assertEqual(item["explanations"][0]["cause"], not_found.cause)
        self.assertEqual(len(self.collected()), 1)

    def test_refusal_is_explained_too(self):
        contract = self.new_contract()
        self.send(contract)
        number = contract.opco_internal_number
        self.sandbox.set_state(number, "REFUSE", "Code IDCC absent\nQuota atteint")
        self.refresh()
        self.assertEqual(contract.opco_state, "refused")
        idcc = self.env.ref("opco_ep_connector.error_idcc")
        items = self.banner(contract)
        self.assertEqual([i["said"][0] for i in items][1:], ["Quota atteint"])
        self.assertEqual(items[0]["explanations"][0]["cause"], idcc.cause)
        self.assertEqual(contract.opco_error_id, idcc)
        self.assertEqual(self.collected().collected_text, "Quota atteint")
        self.refresh()
        self.assertEqual(idcc.seen_count, 1)

    def test_accepted_contract_has_no_banner(self):
        contract = self.new_contract_of_closed_employer()
        self.send(contract)
        contract.employer_id.company_registry = "90000001900019"
        self.send(contract)
        self.assertFalse(self.banner(contract))
        self.assertFalse(contract.opco_error_id)

    # ---------------------------------------------------------------- collecting
    def test_what_is_to_be_completed_comes_first_in_the_list(self):
        self.rejected_with(self.said("Quota atteint"))
        arch = etree.fromstring(self.errors.get_view(view_type="list")["arch"])
        # A handle would be the order of the list, whatever the model's.
        self.assertFalse(arch.xpath("//field[@widget='handle']"))
        shown = self.errors.search([], order=arch.get("default_order"))
        self.assertEqual(shown[:1], self.collected())

    def test_unknown_kind_is_collected_once_and_counted(self):
        for number, name in enumerate(("DURAND Paul", "PETIT Zoé"), 1):
            contract = self.rejected_with(self.said(STRANGE % (name, number)))
            row = contract.opco_transmission_ids
        [error] = self.collected()
        self.assertEqual(error.seen_count, 2)
        self.assertEqual(row.error_id, error)
        for personal in ("DURAND", "Paul", "PETIT", "2026"):
            self.assertNotIn(personal, error.collected_text)
        self.assertIn("quota de la branche", error.collected_text)

    def test_values_sent_are_masked(self):
        contract = self.new_contract()
        name = contract.apprentice_id.apprenticeship_birth_name.lower()
        body = {"errors": [self.said(f"le quota de {name} est atteint")]}
        self.sandbox.add_fault("status", **DEPOSIT, status=400, body=body)
        self.send(contract)
        self.assertEqual(self.collected().collected_text, "le quota de … est atteint")

    def test_names_are_masked_in_the_refusal_of_what_was_deposited_elsewhere(self):
        contract = self.new_contract()
        apprentice = contract.apprentice_id
        content = payload.encode(contract._opco_prepare()[0].content)
        number = self.connection._client().deposit(content).internal_number
        self.refresh()
        contract.with_user(self.transmitter).action_opco_link()
        self.assertFalse(contract.opco_transmission_ids)
        names = (
            apprentice.apprenticeship_birth_name,
            apprentice.apprenticeship_first_name,
        )
        said = f"DOSSIER DE {' '.join(names)} HORS QUOTA".upper()
        self.sandbox.set_state(number, "REFUSE", said)
        self.refresh()
        self.assertEqual(contract.opco_state, "refused")
        self.assertEqual(self.collected().collected_text, "DOSSIER DE … HORS QUOTA")
        self.assertEqual(contract.opco_error_id, self.collected())

    def test_names_are_masked_in_the_rejection_of_what_is_not_the_form(self):
        contract = self.new_contract()
        name = contract.apprentice_id.apprenticeship_birth_name
        row = self.send(contract)
        row.write({"payload": False, "state": "rejected", "remote_errors": False})
        row.message = f"DOSSIER DE {name} HORS QUOTA".upper()
        row._learn_errors()
        self.assertEqual(self.collected().collected_text, "DOSSIER DE … HORS QUOTA")

    def test_without_any_form_only_the_code_is_collected(self):
        errors = [
            RemoteError("QUOTA", "DOSSIER DE DUPONT JEAN"),
            RemoteError("", "X Y Z"),
        ]
        complaints = [Complaint(e, 400, e.text) for e in errors]
        self.errors._learn([(complaints, None)])
        self.assertEqual(self.collected().mapped("collected_text"), ["QUOTA"])

    def test_completing_explains_contracts_already_rejected(self):
        contract = self.rejected_with(self.said(STRANGE % ("DURAND", 1)))
        error = self.collected()
        error.with_user(self.administrator).write(
            {"cause": "The branch has no money left.", "remedy": "Wait."}
        )
        self.assertEqual(error.state, "known")
        [item] = self.banner(contract)
        self.assertEqual(
            item["explanations"][0]["cause"], "The branch has no money left."
        )
        self.recognise()
        self.assertEqual(contract.opco_error_id, error)

    def test_new_entry_explains_rejections_already_there(self):
        contract = self.rejected_with(self.said("Le quota est atteint"))
        row = contract.opco_transmission_ids
        collected = row.error_id
        entry = self.errors.with_user(self.administrator).create(
            {"name": "Quota", "wordings": "quota attein*", "cause": "No money."}
        )
        self.assertNotEqual(entry, collected)
        self.recognise()
        self.assertEqual((row.error_id, contract.opco_error_id), (entry, entry))
        entry.with_user(self.administrator).unlink()
        self.assertFalse(row.error_id)

    def test_only_what_is_recognised_wakes_the_cron_and_nobody_waits_for_it(self):
        cron = self.env.ref(opco_error.RECOGNISING_CRON)
        triggers = self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)])
        triggers.unlink()
        entry = self.env.ref("opco_ep_connector.error_idcc")
        with patch.object(
            type(self.env["opco.transmission"]),
            "_find_causes",
            side_effect=AssertionError("inside a request"),
        ):
            entry.sequence = 3
            entry.remedy = "Wait."
            self.errors.create({"name": "To complete", "code": "E1"}).unlink()
            self.assertFalse(triggers.search([("cron_id", "=", cron.id)]))
            entry.wordings = "idcc"
            self.assertTrue(triggers.search([("cron_id", "=", cron.id)]))
            triggers.search([("cron_id", "=", cron.id)]).unlink()
            entry.unlink()
            self.assertTrue(triggers.search([("cron_id", "=", cron.id)]))

    def test_a_rejection_that_cannot_be_read_holds_up_no_other(self):
        odd, plain = (self.rejected_with(self.said("Quota")) for _ in range(2))
        rows = self.env["opco.transmission"]
        (odd | plain).sudo().opco_transmission_ids.error_id = False
        self.errors.create({"name": "Q", "wordings": "quota", "cause": "No money."})
        complaints = type(rows)._complaints

        def misread(row):
            if row.contract_id == odd:
                raise KeyError("odd")
            return complaints(row)

        with (
            patch.object(type(rows), "_complaints", misread),
            mute_logger("odoo.addons.opco_ep_connector.models.transactions"),
        ):
            self.recognise()
        self.assertFalse(odd.opco_transmission_ids.error_id)
        self.assertEqual(plain.opco_transmission_ids.error_id.name, "Q")

    def test_a_thousand_kinds_are_not_kept(self):
        letters = [f"{a}{b}" for a in "abcdefg" for b in "hijklm"]
        with (
            patch.object(opco_error, "MAX_TO_COMPLETE", 15),
            mute_logger("odoo.addons.opco_ep_connector.models.opco_error"),
        ):
            for part in (letters[:20], letters[20:]):
                contract = self.rejected_with(
                    *(self.said(f"quota du {one * 3}") for one in part)
                )
        self.assertEqual(len(self.collected()), 15)
        # Ten at most of one answer.
        self.assertEqual(contract.opco_transmission_ids.error_id.seen_count, 1)
        self.assertEqual(len(self.banner(contract)[0]["said"]), len(letters) - 20)

    def test_a_full_catalogue_forgets_the_oldest_that_was_said_once(self):
        with patch.object(opco_error, "MAX_TO_COMPLETE", 4):
            self.rejected_with(self.said("quota du premier"))
            self.rejected_with(self.said("quota du deux"), self.said("quota du trois"))
            self.rejected_with(self.said("quota du premier"))
            self.collected().filtered(
                lambda error: "trois" in error.collected_text
            ).active = False
            typed = self.errors.create({"name": "quota du chef", "code": "E1"})
            contract = self.rejected_with(self.said("quota du quatre"))
        self.assertEqual(
            set(self.collected().mapped("name")),
            {"quota du premier", typed.name, "quota du quatre"},
        )
        self.assertEqual(contract.opco_error_id.name, "quota du quatre")

    def test_what_is_said_again_does_not_make_room_for_what_comes_with_it(self):
        with patch.object(opco_error, "MAX_TO_COMPLETE", 1):
            self.rejected_with(self.said("quota du premier"))
            with mute_logger("odoo.addons.opco_ep_connector.models.opco_error"):
                contract = self.rejected_with(
                    self.said("quota du deux"), self.said("quota du premier")
                )
        self.assertEqual(self.collected().name, "quota du premier")
        self.assertEqual(contract.opco_error_id, self.collected())

    def test_purged_contract_tells_nothing(self):
        contract = self.rejected_with(self.said("Quota atteint"))
        contract.sudo()._opco_purge_exchanges()
        self.assertFalse(contract.sudo().opco_transmission_ids.remote_errors)
        [item] = self.banner(contract)
        self.assertEqual(item["said"], [])

    def test_row_older_than_the_catalogue_has_its_message(self):
        contract = self.new_contract_of_closed_employer()
        row = self.send(contract)
        row.remote_errors = False
        [item] = self.banner(contract)
        closed = self.env.ref("opco_ep_connector.error_employer_closed")
        self.assertEqual(item["explanations"][0]["cause"], closed.cause)

    # -------------------------------------------------------------------- rights
    def test_only_key_administrators_change_it(self):
        error = self.env.ref("opco_ep_connector.error_idcc")
        error.with_user(self.administrator).cause = "Other."
        for user in (self.transmitter, self.consultant):
            self.assertEqual(error.with_user(user).cause, "Other.")
            with self.assertRaises(AccessError):
                error.with_user(user).cause = "Mine."

    def test_what_would_be_found_everywhere_is_refused(self):
        for values in ({"wordings": "le"}, {"wordings": "  "}, {}):
            with self.assertRaises(ValidationError):
                self.errors.create({"name": "X", "cause": "Y", **values})

    # -------------------------------------------------------------- shipped data
    def test_shipped_entries_are_whole(self):
        shipped = self.env["ir.model.data"].search(
            [("model", "=", "opco.error"), ("module", "=", "opco_ep_connector")]
        )
        entries = self.errors.browse(shipped.mapped("res_id"))
        self.assertGreater(len(entries), 40)
        for error in entries:
            self.assertTrue(error.cause and error.remedy, error.name)
            self.assertEqual(error.state, "known")

    def test_shipped_entries_recognise_what_opcos_say(self):
        catalogue = self.errors._catalogue()
        for said, name in SAID_BY_OPCOS.items():
            with self.subTest(said):
                complaint = Complaint(RemoteError(text=said), 400)
                self.assertEqual(
                    catalogue.find(complaint),
                    self.env.ref(f"opco_ep_connector.error_{name}").ids,
                )

    def test_every_box_offered_opens_a_field_of_the_form(self):
        form = self.env["apprenticeship.contract"].get_view(view_type="form")["arch"]
        for path, label in self.errors._selection_field_path():
            place = self.errors.new({"field_path": path, "cause": "X"})._explanation(
                None
            )
            self.assertTrue(label)
            if place["field"] != "training_place_is_main_place":
                self.assertIn(f'name="{place["field"]}"', form)
