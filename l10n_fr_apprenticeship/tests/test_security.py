# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import json

from lxml import etree

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger

from ..cerfa.findings import MASK
from .common import MANAGER, NIR, PERSONAL_DATA, USER, ApprenticeshipCase

CIVIL_STATUS = (
    "apprenticeship_sex",
    "apprenticeship_birth_date",
    "apprenticeship_birth_department",
    "apprenticeship_birth_city",
)
RESTRICTED = (
    "apprentice_nir",
    "apprentice_disabled_worker",
    "apprentice_disability_youth_equivalence",
    "apprentice_disability_boe_extension",
)
# read, write, create, unlink
READ_BY_ALL = {"user": "r", "manager": "rwc", "internal": "r", "personal_only": "r"}
ACCESS = {
    "apprenticeship.code": READ_BY_ALL,
    "apprenticeship.smic": READ_BY_ALL,
    "apprenticeship.pay.rate": READ_BY_ALL,
    "apprenticeship.idcc": READ_BY_ALL,
    "apprenticeship.training": {"user": "r", "manager": "rwcu"},
    "apprenticeship.contract": {"user": "rwc", "manager": "rwcu"},
    "apprenticeship.agreement": {"user": "rwc", "manager": "rwcu"},
    "apprenticeship.document": {"user": "r", "manager": "ru"},
    "apprenticeship.pay.period": {"user": "rwcu", "manager": "rwcu"},
    "apprenticeship.override": {"user": "rc", "manager": "rcu"},
    "apprenticeship.retention.rule": {"user": "r", "manager": "rwcu"},
    "apprenticeship.purge": {"manager": "rw"},
    "apprenticeship.purge.line": {"manager": "r"},
    "apprenticeship.amend": {"user": "rwcu", "manager": "rwcu"},
    "apprenticeship.termination": {"user": "rwcu", "manager": "rwcu"},
    "apprenticeship.import": {"user": "rwcu", "manager": "rwcu"},
    "apprenticeship.import.issue": {"user": "rwcu", "manager": "rwcu"},
}
OPERATIONS = {"r": "read", "w": "write", "c": "create", "u": "unlink"}


@tagged("post_install", "-at_install")
class TestAccess(ApprenticeshipCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = {
            "user": cls.new_user("user", USER),
            "manager": cls.new_user("manager", MANAGER),
            "internal": cls.new_user("internal", "base.group_user"),
            "personal_only": cls.new_user(
                "personal_only", f"base.group_user,{PERSONAL_DATA}"
            ),
            "portal": cls.new_user("portal", "base.group_portal"),
            "public": cls.env.ref("base.public_user"),
        }
        cls.contract = cls.new_contract()

    def test_access_of_each_group_to_each_model(self):
        for model, letters_of in ACCESS.items():
            for login, user in self.users.items():
                allowed = "".join(
                    letter
                    for letter, operation in OPERATIONS.items()
                    if self.env[model].with_user(user).has_access(operation)
                )
                self.assertEqual(
                    allowed, letters_of.get(login, ""), f"{login} on {model}"
                )

    def test_every_model_of_the_module_is_in_the_matrix(self):
        models = self.env["ir.model"].search(
            [("model", "=like", "apprenticeship.%"), ("abstract", "=", False)]
        )
        own = {
            model.model
            for model in models
            if "l10n_fr_apprenticeship" in model.modules.split(", ")
        }
        self.assertEqual(own, set(ACCESS))

    def test_manager_is_a_user_without_personal_data(self):
        manager = self.users["manager"]
        self.assertTrue(manager.has_group(USER))
        self.assertFalse(manager.has_group(PERSONAL_DATA))

    def test_user_makes_partners_and_does_not_delete_contracts(self):
        user = self.users["user"]
        self.env["res.partner"].with_user(user).create({"name": "NOUVEAU"})
        with self.assertRaises(AccessError):
            self.contract.with_user(user).unlink()

    def test_codes_are_deleted_by_nobody(self):
        code = self.env["apprenticeship.code"].create(
            {"table": "derogation", "code": "61", "name": "Dérogation exemple"}
        )
        with self.assertRaises(AccessError):
            code.with_user(self.users["manager"]).unlink()

    def test_form_is_read_by_those_who_may_read_the_contract(self):
        for login in ("internal", "personal_only", "portal", "public"):
            with self.assertRaises(AccessError, msg=login):
                self.contract.with_user(self.users[login])._to_cerfa()
            with self.assertRaises(AccessError, msg=login):
                self.contract.with_user(self.users[login])._preflight()
        cerfa = self.contract.with_user(self.users["user"])._to_cerfa()
        self.assertEqual(cerfa, self.contract._to_cerfa())

    def test_civil_status_is_not_read_with_the_contact(self):
        contact = self.contract.apprentice_id
        for login in ("internal", "personal_only"):
            mine = contact.with_user(self.users[login])
            self.assertTrue(mine.name, login)
            for name in CIVIL_STATUS:
                with self.assertRaises(AccessError, msg=f"{login} {name}"):
                    mine.read([name])
                with self.assertRaises(AccessError, msg=f"{login} {name}"):
                    mine.search([(name, "=", contact[name])])
        for name in CIVIL_STATUS:
            self.assertTrue(contact.with_user(self.users["user"])[name], name)

    def test_actions_are_refused_without_rights(self):
        self.new_contract()
        for action in ("action_check", "action_cancel", "action_draft"):
            self.contract.state = "draft" if action != "action_draft" else "cancelled"
            for login in ("internal", "portal"):
                contract = self.contract.with_user(self.users[login])
                with self.assertRaises(AccessError, msg=f"{login} {action}"):
                    getattr(contract, action)()


@tagged("post_install", "-at_install")
class TestCompanies(ApprenticeshipCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.elsewhere = cls.new_company("CFA AILLEURS")
        cls.contract = cls.new_contract()
        cls.shared_training = cls.new_training(company_id=False)
        groups = f"{MANAGER},{PERSONAL_DATA}"
        cls.here = cls.new_user("here", groups)
        cls.visitor = cls.new_user("visitor", groups, cls.elsewhere)
        cls.both = new_test_user(
            cls.env,
            login="apprenticeship_both",
            groups=groups,
            company_id=cls.elsewhere.id,
            company_ids=[Command.set((cls.company | cls.elsewhere).ids)],
        )

    def owned(self):
        return [
            self.contract,
            self.contract.pay_period_ids,
            self.contract.training_id,
        ]

    def test_records_are_found_in_their_company_only(self):
        for records in self.owned():
            domain = [("id", "in", records.ids)]
            for user, found in ((self.here, records), (self.visitor, records.browse())):
                model = records.browse().with_user(user)
                self.assertEqual(model.search(domain), found, records)
                self.assertEqual(model.search_count(domain), len(found), records)

    def test_records_of_another_company_are_out_of_reach(self):
        for records in self.owned():
            foreign = records.with_user(self.visitor)
            foreign.invalidate_recordset()
            with self.assertRaises(AccessError):
                foreign.read(["display_name"])
            for operation in ("write", "unlink"):
                with self.assertRaises(AccessError):
                    foreign.check_access(operation)

    def test_form_of_another_company_is_not_read(self):
        for method in ("_to_cerfa", "_preflight", "action_check"):
            with self.assertRaises(AccessError):
                getattr(self.contract.with_user(self.visitor), method)()

    def test_shared_training_is_found_by_all(self):
        for user in (self.here, self.visitor):
            self.assertEqual(
                self.shared_training.with_user(user).read(["name"])[0]["name"],
                "BP Boulanger",
            )

    def test_contract_is_not_made_in_another_company(self):
        with self.assertRaises(AccessError):
            self.Contract.with_user(self.visitor).create(
                {"company_id": self.company.id, "training_centre_id": False}
            )
        own = self.Contract.with_user(self.visitor).create({})
        self.assertEqual(own.company_id, self.elsewhere)

    def test_pay_period_is_not_added_to_another_company_s_contract(self):
        with self.assertRaises(AccessError):
            self.env["apprenticeship.pay.period"].with_user(self.visitor).create(
                {**self.pay_period_values()[0], "contract_id": self.contract.id}
            )

    def test_companies_chosen_in_the_menu_count(self):
        """Being allowed in two companies, one sees those that are ticked."""
        model = self.Contract.with_user(self.both)
        domain = [("id", "=", self.contract.id)]
        ticked = model.with_context(
            allowed_company_ids=[self.elsewhere.id, self.company.id]
        )
        self.assertEqual(ticked.search(domain), self.contract)
        alone = model.with_context(allowed_company_ids=self.elsewhere.ids)
        self.assertFalse(alone.search(domain))

    def test_partners_and_training_are_of_the_contract_s_company(self):
        people = {
            "employer_id": self.new_employer(company_id=self.elsewhere.id),
            "apprentice_id": self.new_apprentice(company_id=self.elsewhere.id),
            "tutor_id": self.new_tutor(company_id=self.elsewhere.id),
            "second_tutor_id": self.new_tutor(company_id=self.elsewhere.id),
            "training_place_id": self.new_employer(company_id=self.elsewhere.id),
            "training_centre_id": self.new_employer(company_id=self.elsewhere.id),
            "training_id": self.new_training(company_id=self.elsewhere.id),
        }
        for name, record in people.items():
            with self.assertRaises(UserError, msg=name):
                self.contract[name] = record


@tagged("post_install", "-at_install")
class TestPersonalData(ApprenticeshipCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        export = "base.group_allow_export"
        cls.user = cls.new_user("user", f"{MANAGER},{export}")
        cls.entitled = cls.new_user("personal", f"{USER},{PERSONAL_DATA},{export}")
        cls.contract = cls.new_contract(
            **{name: True for name in RESTRICTED if name != "apprentice_nir"}
        )

    def setUp(self):
        super().setUp()
        self.env.invalidate_all()
        self.masked = self.contract.with_user(self.user)
        self.clear = self.contract.with_user(self.entitled)

    def test_restricted_fields_are_those_of_the_form(self):
        found = {
            name
            for name, field in self.Contract._fields.items()
            if field.groups == PERSONAL_DATA
        }
        self.assertEqual(found, set(RESTRICTED))

    def test_entitled_user_reads_and_writes_them(self):
        values = self.clear.read(RESTRICTED)[0]
        self.assertEqual(values["apprentice_nir"], NIR)
        self.assertTrue(all(values[name] for name in RESTRICTED))
        self.clear.write({"apprentice_nir": "2060575056123"})
        self.assertEqual(self.clear.apprentice_nir, "2060575056123")

    def test_not_read(self):
        for name in RESTRICTED:
            with self.assertRaises(AccessError, msg=name):
                self.masked.read([name])
            with self.assertRaises(AccessError, msg=name):
                self.masked.mapped(name)
            with self.assertRaises(AccessError, msg=name):
                self.masked.web_read({name: {}})

    def test_not_read_through_any_other_field(self):
        """Whatever the boxes, what this user may read does not hold the number."""
        self.contract.apprentice_nir = "106057505612329"
        names = [
            name
            for name in self.masked.fields_get()
            if self.Contract._fields[name]._module == "l10n_fr_apprenticeship"
        ]
        self.assertIn("findings", names)
        self.assertNotIn("106057505612329", str(self.masked.read(names)))
        self.assertIn("106057505612329", str(self.clear.read(names)))

    def test_not_read_through_the_pay_periods(self):
        periods = self.masked.pay_period_ids
        with self.assertRaises(AccessError):
            periods.web_read({"contract_id": {"fields": {"apprentice_nir": {}}}})
        with self.assertRaises(AccessError):
            periods.search([("contract_id.apprentice_nir", "=like", "2%")])

    def test_not_exported(self):
        for name in RESTRICTED:
            with self.assertRaises(AccessError, msg=name):
                self.masked.export_data([name])
        with self.assertRaises(AccessError):
            self.masked.pay_period_ids.export_data(["contract_id/apprentice_nir"])
        self.assertEqual(self.clear.export_data(["apprentice_nir"])["datas"], [[NIR]])

    def test_not_searched(self):
        for name in RESTRICTED:
            for domain in ([(name, "=", True)], [(name, "!=", False)]):
                with self.assertRaises(AccessError, msg=name):
                    self.masked.search(domain)
                with self.assertRaises(AccessError, msg=name):
                    self.masked.search_count(domain)
            with self.assertRaises(AccessError, msg=name):
                self.masked.search([], order=f"{name} desc", limit=1)
            with self.assertRaises(AccessError, msg=name):
                self.masked.web_search_read([], {name: {}})
        self.assertEqual(
            self.clear.search([("apprentice_nir", "=", NIR)]), self.contract
        )

    def test_not_grouped(self):
        for name in RESTRICTED:
            with self.assertRaises(AccessError, msg=name):
                self.masked._read_group([], [name])
            with self.assertRaises(AccessError, msg=name):
                self.masked._read_group([], [], [f"{name}:array_agg"])
            with self.assertRaises(AccessError, msg=name):
                self.masked.formatted_read_group([], [name], ["__count"])

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_not_written(self):
        for name in RESTRICTED:
            with self.assertRaises(AccessError, msg=name):
                self.masked.write({name: False})
            with self.assertRaises(AccessError, msg=name):
                self.Contract.with_user(self.user).create({name: False})
        self.assertEqual(self.contract.apprentice_nir, NIR)

    def test_not_described(self):
        self.assertFalse(set(RESTRICTED) & set(self.masked.fields_get()))
        self.assertLessEqual(set(RESTRICTED), set(self.clear.fields_get()))

    def test_not_in_the_form(self):
        self.assertFalse(set(RESTRICTED) & self._form_fields(self.user))
        self.assertLessEqual(set(RESTRICTED), self._form_fields(self.entitled))
        with Form(self.masked) as form:
            form.signing_place = "LYON"
        self.assertEqual(self.contract.signing_place, "LYON")
        self.assertEqual(self.contract.apprentice_nir, NIR)

    def _form_fields(self, user):
        arch = self.Contract.with_user(user).get_view(view_type="form")["arch"]
        return set(etree.fromstring(arch).xpath("//field/@name"))

    def test_not_in_the_chatter(self):
        contract = self.contract.with_context(tracking_disable=False)
        self.env.cr.precommit.run()
        contract.write(
            {
                "apprentice_nir": "2060575056124",
                "apprentice_disabled_worker": False,
                "signing_place": "LYON",
                "user_id": self.user.id,
            }
        )
        self.env.flush_all()
        self.env.cr.precommit.run()
        tracked = contract.message_ids.tracking_value_ids.mapped("field_id.name")
        self.assertIn("user_id", tracked)
        self.assertFalse(set(RESTRICTED) & set(tracked))
        for message in contract.message_ids:
            self.assertNotIn("2060575056124", message.body or "")

    def test_not_carried_by_a_copy(self):
        copy = self.masked.copy().sudo()
        for name in RESTRICTED:
            self.assertFalse(copy[name], name)

    def test_findings_on_personal_data_are_masked(self):
        self.contract.apprentice_nir = "106057505612329"
        self.assertFindingsMasked("IDT-03", ["106057505612329"])

    def test_findings_that_compare_with_personal_data_are_masked(self):
        """The birth date would tell what the NIR holds."""
        self.contract.apprentice_id.apprenticeship_birth_date = "2005-05-14"
        self.assertFindingsMasked("IDT-06", ["14/05/2005", "06"])

    def assertFindingsMasked(self, rule_id, values):
        # Whoever reads first, the other one gets a sentence of their own.
        for first, second in ((self.clear, self.masked), (self.masked, self.clear)):
            self.env.invalidate_all()
            first.mapped("findings")
            second.mapped("findings")
            [clear] = [row for row in self.clear.findings if row["rule"] == rule_id]
            [masked] = [row for row in self.masked.findings if row["rule"] == rule_id]
            self.assertIn(MASK, masked["message"])
            self.assertNotIn(MASK, clear["message"])
            for value in values:
                self.assertIn(value, clear["message"])
                self.assertNotIn(value, masked["message"])
        everything = json.dumps(self.masked.findings)
        self.assertNotIn(self.contract.apprentice_nir, everything)

    def test_superuser_rights_do_not_unmask(self):
        self.contract.apprentice_nir = "106057505612329"
        shown = json.dumps(self.masked.sudo().findings)
        self.assertNotIn("106057505612329", shown)
        self.assertIn("IDT-03", shown)

    def test_blocking_message_is_masked(self):
        self.contract.apprentice_nir = "106057505612329"
        with self.assertRaises(UserError) as raised:
            self.masked.action_check()
        self.assertIn(MASK, str(raised.exception))
        self.assertNotIn("106057505612329", str(raised.exception))
        with self.assertRaises(UserError) as raised:
            self.clear.action_check()
        self.assertIn("106057505612329", str(raised.exception))

    def test_other_findings_are_said_in_full(self):
        self.contract.weekly_hours = 61
        for contract in (self.masked, self.clear):
            self.assertIn("61", contract.findings[0]["message"])
