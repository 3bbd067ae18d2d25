# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from odoo.addons.l10n_fr_apprenticeship.tests.common import (
    MANAGER,
    PERSONAL_DATA,
    USER,
)

from .common import CONSULT, KEY_ADMINISTRATOR, TRANSMIT, ConnectorCase
from .every_model import one_of_each, own_models

PUBLIC = "base.group_public"
PORTAL = "base.group_portal"
INTERNAL = "base.group_user"
SYSTEM = "base.group_system"
OPERATIONS = {"r": "read", "w": "write", "c": "create", "u": "unlink"}

# r: read, w: write, c: create, u: unlink. A group that is not named may do nothing.
OF_EVERYBODY = {
    INTERNAL: "r",
    SYSTEM: "r",
    PERSONAL_DATA: "r",
    USER: "r",
    MANAGER: "rwc",
    CONSULT: "r",
    TRANSMIT: "r",
    KEY_ADMINISTRATOR: "r",
}
OF_CONTRACT_USERS = dict.fromkeys(
    (USER, MANAGER, CONSULT, TRANSMIT, KEY_ADMINISTRATOR), "rwcu"
)
OF_CONSULT = dict.fromkeys((CONSULT, TRANSMIT, KEY_ADMINISTRATOR), "r")
MATRIX = {
    "apprenticeship.code": OF_EVERYBODY,
    "apprenticeship.smic": OF_EVERYBODY,
    "apprenticeship.pay.rate": OF_EVERYBODY,
    "apprenticeship.idcc": OF_EVERYBODY,
    "apprenticeship.training": dict.fromkeys(OF_CONTRACT_USERS, "r")
    | {MANAGER: "rwcu"},
    "apprenticeship.contract": dict.fromkeys(OF_CONTRACT_USERS, "rwc")
    | {MANAGER: "rwcu"},
    "apprenticeship.agreement": dict.fromkeys(OF_CONTRACT_USERS, "rwc")
    | {MANAGER: "rwcu"},
    "apprenticeship.document": dict.fromkeys(OF_CONTRACT_USERS, "r") | {MANAGER: "ru"},
    "apprenticeship.pay.period": OF_CONTRACT_USERS,
    "apprenticeship.override": dict.fromkeys(OF_CONTRACT_USERS, "rc")
    | {MANAGER: "rcu"},
    "apprenticeship.amend": OF_CONTRACT_USERS,
    "apprenticeship.termination": OF_CONTRACT_USERS,
    "apprenticeship.import": OF_CONTRACT_USERS,
    "apprenticeship.import.issue": OF_CONTRACT_USERS,
    "apprenticeship.retention.rule": dict.fromkeys(OF_CONTRACT_USERS, "r")
    | {MANAGER: "rwcu"},
    "apprenticeship.purge": {MANAGER: "rw"},
    "apprenticeship.purge.line": {MANAGER: "r"},
    "opco.error": OF_CONSULT | {KEY_ADMINISTRATOR: "rwcu"},
    "opco.profile": OF_CONSULT | {SYSTEM: "rwc"},
    "opco.connection": OF_CONSULT | {KEY_ADMINISTRATOR: "rwcu", SYSTEM: "r"},
    "opco.transmission": OF_CONSULT,
    "opco.transmission.report": OF_CONSULT,
    "opco.exchange": OF_CONSULT,
    "opco.dossier": OF_CONSULT,
    "opco.batch": OF_CONSULT,
    "opco.chain": OF_CONSULT,
    "opco.health": OF_CONSULT,
    "opco.polling": OF_CONSULT,
    "opco.integrity.check": dict.fromkeys(OF_CONSULT, "rwc"),
    "opco.integrity.check.line": OF_CONSULT,
    "opco.audit.pack": dict.fromkeys(OF_CONSULT, "rwc"),
    "opco.link": {TRANSMIT: "rwc"},
    "opco.detach": {TRANSMIT: "rwc"},
    "opco.key.rotation": {KEY_ADMINISTRATOR: "rwc"},
    "opco.environment.change": {KEY_ADMINISTRATOR: "rwc"},
    "opco.key.coverage": {KEY_ADMINISTRATOR: "rwc"},
    "opco.key.event": {KEY_ADMINISTRATOR: "r"},
    "opco.access.review": {KEY_ADMINISTRATOR: "rw"},
    "opco.access.review.line": {KEY_ADMINISTRATOR: "r"},
    "opco.simulation": OF_CONSULT,
    "opco.comparison": OF_CONSULT,
    "opco.comparison.line": OF_CONSULT,
    "opco.transmit": {TRANSMIT: "rw"},
    "opco.transmit.line": {TRANSMIT: "rw"},
}
GROUPS = (
    PUBLIC,
    PORTAL,
    INTERNAL,
    SYSTEM,
    PERSONAL_DATA,
    USER,
    MANAGER,
    CONSULT,
    TRANSMIT,
    KEY_ADMINISTRATOR,
)
# Shared by every company: what the law or the norm says, and how long things are kept.
WITHOUT_COMPANY = {
    "apprenticeship.code",
    "apprenticeship.smic",
    "apprenticeship.pay.rate",
    "apprenticeship.idcc",
    "apprenticeship.retention.rule",
    "opco.error",
    "opco.profile",
}


@tagged("post_install", "-at_install")
class TestAccessMatrix(ConnectorCase):
    """Each group × each model × each operation: declared, then tried."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.people = {
            group: cls.new_user(
                f"matrix_{number}",
                f"{INTERNAL},{group}" if group == PERSONAL_DATA else group,
            )
            for number, group in enumerate(GROUPS)
        }

    def setUp(self):
        super().setUp()
        self.records = one_of_each(self)
        # Whoever reads a finding passed over on personal data is tested elsewhere.
        self.records["apprenticeship.override"].is_personal = False

    def test_every_model_has_its_line(self):
        self.assertEqual(own_models(self.env), set(MATRIX))
        self.assertEqual(own_models(self.env), set(self.records))

    def test_rights_are_those_declared(self):
        for model, declared in MATRIX.items():
            for group, user in self.people.items():
                found = "".join(
                    letter
                    for letter, operation in OPERATIONS.items()
                    if self.env[model].with_user(user).has_access(operation)
                )
                self.assertEqual(found, declared.get(group, ""), f"{group} on {model}")

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.sql_db")
    def test_what_is_not_declared_is_refused(self):
        for model, record in self.records.items():
            for group, user in self.people.items():
                self.make_own(record, user)
                for letter, operation in OPERATIONS.items():
                    if letter in MATRIX[model].get(group, ""):
                        continue
                    with self.subTest(group=group, model=model, operation=operation):
                        self.assertIsInstance(
                            self.failure(record.with_user(user), operation), AccessError
                        )

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.sql_db")
    def test_what_is_declared_works(self):
        for model, record in self.records.items():
            for group, user in self.people.items():
                self.make_own(record, user)
                for letter in set(MATRIX[model].get(group, "")) & {"r", "w"}:
                    with self.subTest(group=group, model=model, operation=letter):
                        self.assertIsNone(
                            self.failure(record.with_user(user), OPERATIONS[letter])
                        )

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.sql_db")
    def test_all_the_groups_do_nothing_in_another_company(self):
        stranger = self.new_user(
            "matrix_stranger",
            ",".join((MANAGER, PERSONAL_DATA, TRANSMIT, KEY_ADMINISTRATOR)),
            self.new_company("Elsewhere"),
        )
        for model, record in self.records.items():
            if model in WITHOUT_COMPANY:
                continue
            theirs = record.with_user(stranger)
            self.assertFalse(theirs.search([("id", "=", record.id)]), model)
            for operation in ("read", "write", "unlink"):
                with self.subTest(model=model, operation=operation):
                    self.assertIsInstance(self.failure(theirs, operation), AccessError)

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_wizards_of_somebody_else_are_out_of_reach(self):
        twin = self.new_user(
            "matrix_twin", ",".join((MANAGER, TRANSMIT, KEY_ADMINISTRATOR))
        )
        wizards = {
            model: record for model, record in self.records.items() if record._transient
        }
        self.assertEqual(len(wizards), 19)
        for model, record in wizards.items():
            with self.subTest(model=model):
                self.assertIsInstance(
                    self.failure(record.with_user(twin), "read"), AccessError
                )

    def make_own(self, record, user):
        """A wizard is its owner's only."""
        if record._transient:
            record.flush_recordset()
            self.env.cr.execute(
                SQL(
                    "UPDATE %s SET create_uid = %s WHERE id = %s",
                    SQL.identifier(record._table),
                    user.id,
                    record.id,
                )
            )
            record.invalidate_recordset()
            if "check_id" in record:
                self.make_own(record.check_id, user)

    def failure(self, record, operation):
        """Do it for real, take it back, and return how it failed."""
        record.env.invalidate_all()
        try:
            with self.env.cr.savepoint(flush=True) as savepoint:
                getattr(self, f"do_{operation}")(record)
                savepoint.rollback()
        except (AccessError, UserError) as error:
            return error
        finally:
            self.env.invalidate_all()
        return None

    def do_read(self, record):
        record.read(["display_name"])

    def do_write(self, record):
        record.write({})

    def do_create(self, record):
        names = record.sudo()._fields
        [values] = record.sudo().read(load=None)
        record.browse().create(
            {
                name: value
                for name, value in values.items()
                if names[name].store
                and names[name].type not in ("one2many", "many2many")
                and name not in ("id", "create_uid", "write_uid")
                and not names[name].groups
            }
        )

    def do_unlink(self, record):
        record.unlink()
