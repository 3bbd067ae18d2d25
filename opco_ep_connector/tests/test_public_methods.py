# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo.exceptions import UserError
from odoo.service.model import call_kw
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from odoo.addons.l10n_fr_apprenticeship.tests.common import (
    MANAGER,
    NIR,
    PERSONAL_DATA,
)

from .common import KEY_ADMINISTRATOR, TRANSMIT, ConnectorCase
from .every_model import one_of_each, public_methods, secret_fields

# Beside the tables of the add-ons, what a call could change or fill.
OTHER_TABLES = (
    "res_partner",
    "res_users",
    "res_groups_users_rel",
    "ir_attachment",
    "ir_config_parameter",
    "ir_cron",
    "ir_cron_trigger",
    "ir_act_server",
    "mail_message",
    "mail_activity",
    "mail_mail",
    "bus_bus",
)
# What the method is given after the ids; a new method that takes more needs a line.
ARGUMENTS = {
    "create": lambda case, model: [[case.values_of(model)]],
    "write": lambda case, model: [case.values_of(model)],
    "action_reject": lambda case, model: ["Illisible"],
}

# Of no company.
SHARED = {
    "apprenticeship.code",
    "apprenticeship.smic",
    "apprenticeship.pay.rate",
    "apprenticeship.idcc",
    "apprenticeship.retention.rule",
    "opco.error",
    "opco.profile",
}


@tagged("post_install", "-at_install")
class TestPublicMethods(ConnectorCase):
    """What anybody may call by RPC is refused, or changes and tells nothing."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        elsewhere = cls.new_company("Elsewhere")
        everything = ",".join((MANAGER, PERSONAL_DATA, TRANSMIT, KEY_ADMINISTRATOR))
        cls.boss = cls.new_user("far_boss", everything, elsewhere)
        cls.people = {
            "internal": cls.colleague,
            "internal of another company": cls.new_user(
                "far", "base.group_user", elsewhere
            ),
            "portal": cls.new_user("portal", "base.group_portal"),
            "public": cls.env.ref("base.public_user"),
            "every group, in another company": cls.boss,
        }

    def setUp(self):
        super().setUp()
        self.records = one_of_each(self)
        # Of Odoo, but guarded by us: the file of what has left stays.
        self.records["ir.attachment"] = self.records[
            "apprenticeship.document"
        ].attachment_id
        self.secrets = self.known_secrets()
        self.env.flush_all()

    def test_the_methods_are_found(self):
        found = set(public_methods(self.env))
        for expected in (
            ("apprenticeship.contract", "action_transmit"),
            ("apprenticeship.contract", "write"),
            ("apprenticeship.import", "action_import"),
            ("apprenticeship.purge", "action_purge"),
            ("opco.connection", "action_test_connection"),
            ("opco.transmission", "action_cancel"),
            ("opco.transmit", "action_send"),
        ):
            self.assertIn(expected, found)
        self.assertFalse({model for model, _method in found} - self.callable_models())

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.sql_db")
    def test_each_is_refused_or_harmless(self):
        before = self.digest()
        for model, method in public_methods(self.env):
            if self.env[model]._abstract:
                # Mixed into models that are called themselves.
                continue
            for who, user in self.people.items():
                for ids in (self.records[model].ids, []):
                    if user == self.boss and self.is_entitled(model, method, ids):
                        continue
                    with self.subTest(model=model, method=method, who=who, ids=ids):
                        self.assert_harmless(before, model, method, user, ids)

    def is_entitled(self, model, method, ids):
        """Whether it concerns what belongs to the other company, or to nobody."""
        makes_own = (model, method) in (
            ("apprenticeship.purge", "action_preview"),
            ("opco.key.coverage", "action_open"),
        )
        return model in SHARED or makes_own or not ids

    def test_the_digest_sees_a_change(self):
        before = self.digest()
        self.records["apprenticeship.contract"].signing_place = "LYON"
        self.assertNotEqual(self.digest(), before)

    def assert_harmless(self, before, model, method, user, ids):
        said = ""
        self.env.invalidate_all()
        with self.env.cr.savepoint(flush=True) as savepoint:
            try:
                said = self.call(model, method, user, ids)
            except UserError as refusal:
                said = refusal
            except ValueError as refusal:
                # Called for no record at all, or on an alien one.
                self.assertFalse(ids, refusal)
                said = refusal
            else:
                self.env.flush_all()
                self.assertEqual(self.digest(), before)
            savepoint.rollback()
        for secret in self.secrets:
            self.assertNotIn(secret, str(said))

    def call(self, model, method, user, ids):
        called = self.env[model].with_user(user)
        make = ARGUMENTS.get(method, lambda case, model: [])
        arguments = make(self, model)
        bound = getattr(type(called), method)
        if not getattr(bound, "_api_model", False):
            arguments = [ids, *arguments]
        result = call_kw(called, method, arguments, {})
        if method in ("create", "write") and (ids or method == "create"):
            raise AssertionError(f"{user.login} may {method} on {model}")
        return result

    def values_of(self, model):
        record = self.records[model].sudo()
        [values] = record.read(load=None)
        return {
            name: value
            for name, value in values.items()
            if record._fields[name].store
            and record._fields[name].type not in ("one2many", "many2many")
            and name not in ("id", "create_uid", "write_uid")
            and not record._fields[name].groups
        }

    def callable_models(self):
        return set(self.records) | {
            name for name, model in self.env.items() if model._abstract
        }

    def known_secrets(self):
        found = {NIR, self.api_key, self.sandbox.client_secret}
        for model, field in secret_fields(self.env):
            value = self.records[model].sudo()[field]
            # Such as a body; short or structured values would match by chance.
            if isinstance(value, str) and len(value) > 20:
                found.add(value)
        return found

    def digest(self):
        """Return one hash of every row a call could change."""
        self.env.flush_all()
        tables = {self.env[model]._table for model in self.records} | {*OTHER_TABLES}
        return [
            self.env.execute_query(
                SQL(
                    "SELECT md5(string_agg(md5(held::text), '' ORDER BY held::text))"
                    " FROM %s AS held",
                    SQL.identifier(table),
                )
            )
            for table in sorted(filter(self.has_table, tables))
        ]

    def has_table(self, table):
        return bool(self.env.execute_query(SQL("SELECT to_regclass(%s)", table))[0][0])
