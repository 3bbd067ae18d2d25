# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from contextlib import contextmanager
from datetime import timedelta
from unittest.mock import patch

from psycopg2.errors import RestrictViolation

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .. import delivery
from ..models import opco_chain
from ..sealed_content import sealed_content
from ..verify_journal import (
    Anchor,
    Fault,
    content_digest,
    seal,
)
from .common import ConnectorCase
from .journal import new_exchange, unprotected


class JournalCase(ConnectorCase):
    """A connection whose journal holds five rows, sealed."""

    def setUp(self):
        super().setUp()
        self.rows = self.journal(5)
        self.run_sealer()
        self.chain = self.env["opco.chain"].search(
            [("connection_id", "=", self.connection.id)]
        )

    def journal(self, count):
        exchanges = self.env["opco.exchange"]
        return exchanges.union(
            *(
                exchanges._journal(
                    self.connection, new_exchange(response_body=f"answer {index}")
                )
                for index in range(count)
            )
        ).sorted("id")

    def run_sealer(self):
        self._run("opco_ep_connector.ir_cron_seal")

    def verify(self, *anchors):
        check = self.chain._new_check(anchors)
        self.chain._verify_slice(check)
        return check

    @contextmanager
    def tampering(self):
        with unprotected(self.env) as cr:
            yield cr

    def anchor(self):
        return Anchor.parse(self.chain.anchor)


@tagged("post_install", "-at_install")
class TestSeal(JournalCase):
    """What is journaled is numbered, chained, and verifies whatever happens around."""

    def test_every_row_is_chained_to_the_one_before(self):
        self.assertEqual(self.rows.mapped("seal_number"), [1, 2, 3, 4, 5])
        self.assertEqual(
            self.rows[1:].mapped("previous_seal"), self.rows[:-1].mapped("seal")
        )
        self.assertRecordValues(
            self.chain,
            [
                {
                    "number": 5,
                    "seal": self.rows[4].seal,
                    "sealed_at": self.rows[4].sealed_at,
                }
            ],
        )
        check = self.verify()
        self.assertFalse(check.fault)
        self.assertEqual((check.read, check.with_answer), (5, 5))

    def test_what_comes_later_goes_on_with_the_chain(self):
        later = self.journal(2)
        self.assertFalse(any(later.mapped("seal")))
        self.assertFalse(self.verify().fault)
        self.run_sealer()
        self.assertEqual(later.mapped("seal_number"), [6, 7])
        self.assertFalse(self.verify(self.anchor()).fault)

    def test_rows_of_the_former_formats_are_sealed_too(self):
        formats = ((None, ("sender", "file_sha256")), (2, ("file_sha256",)))
        former = self.journal(len(formats))
        for row, (digest_format, later) in zip(former, formats, strict=True):
            content = sealed_content(
                row.sudo().read()[0]
                | {"started_at": "2026-11-23 09:30:01", "digest_format": digest_format}
            )
            self.assertFalse(content.keys() & set(later))
            with unprotected(self.env) as cr:
                cr.execute(
                    "UPDATE opco_exchange SET digest_format = %s, digest = %s"
                    " WHERE id = %s",
                    [digest_format, content_digest(content), row.id],
                )
        self.run_sealer()
        self.assertEqual(former.mapped("seal_number"), [6, 7])
        self.assertFalse(self.verify().fault)

    def test_journal_says_who_sent_what(self):
        row = self.send(self.new_contract())
        exchange = row.exchange_ids[0]
        self.assertEqual(exchange.sender, self.transmitter.name)
        self.assertEqual(exchange.operation, row.operation)
        self.run_sealer()
        self.assertFalse(self.verify().fault)

    def test_exchange_is_named_by_its_contract_and_its_number(self):
        unsealed = self.journal(1).with_context(lang="fr_FR")
        self.assertEqual(unsealed.display_name, "POST – Pas encore scellé")
        sealed = self.send(self.new_contract()).exchange_ids[0]
        self.run_sealer()
        sealed = sealed.with_context(lang="fr_FR")
        self.assertEqual(
            sealed.display_name,
            f"{sealed.reference} – n°\N{NO-BREAK SPACE}{sealed.seal_number}",
        )

    def test_sealer_at_rest_is_woken_once(self):
        self.forget_triggers()
        self.journal(3)
        self.assertEqual(self.count_triggers(), 1)

    def test_sealer_that_has_just_run_is_not_woken_by_a_row(self):
        self.forget_triggers()
        self.sealer_has_just_run()
        self.journal(1)
        self.assertEqual(self.count_triggers(), 0)

    def test_sealer_is_woken_when_the_delivery_ends_if_anything_waits(self):
        self.forget_triggers()
        self.sealer_has_just_run()
        self.deliver()
        self.assertEqual(self.count_triggers(), 0)
        self.journal(1)
        self.deliver()
        self.assertEqual(self.count_triggers(), 1)

    def test_what_a_delivery_journals_is_sealed_when_it_ends(self):
        row = self.send(self.new_contract())
        self.assertTrue(row.exchange_ids.seal)
        self.assertFalse(self.verify().fault)

    def test_delivery_that_ends_leaves_a_long_backlog_to_the_sealer(self):
        self.journal(2)
        self.forget_triggers()
        self.cron().lastcall = fields.Datetime.now() + timedelta(minutes=1)
        with patch.object(opco_chain, "BATCH", 2):
            row = self.send(self.new_contract())
        self.assertFalse(row.exchange_ids.seal)
        self.assertEqual(self.chain.number, 7)
        self.assertEqual(self.count_triggers(), 1)

    def test_delivery_seals_what_is_late_while_it_waits_for_an_answer(self):
        [late] = self.journal(1)
        row = self.transmit(self.new_contract())
        self.sandbox.set(latency=0.5)
        chains, seen = type(self.chain), []
        seal_late = chains._seal_late

        def watched(chain):
            seal_late(chain)
            sent, exchange = (record.with_env(chain.env) for record in (row, late))
            seen.append((sent.state, bool(exchange.seal)))

        with (
            patch.object(chains, "_seal_late", watched),
            patch.object(opco_chain, "LATE", timedelta(days=-1)),
            patch.object(delivery, "SEAL_EVERY", 0.05),
        ):
            self.deliver()
        self.assertIn(("sending", True), seen)
        self.assertEqual(row.state, "sent")

    def test_late_is_what_has_waited_longer_than_the_sealer_takes(self):
        self.journal(1)
        self.env.flush_all()
        for late, has_late_rows in ((timedelta(hours=1), False), (timedelta(0), True)):
            with self.subTest(late), patch.object(opco_chain, "LATE", late):
                self.assertEqual(self.env["opco.chain"]._has_late_rows(), has_late_rows)

    def test_verification_is_resumed_where_it_stopped(self):
        first = self.chain._new_check()
        first.feed(self.chain._rows_after(0, limit=3))
        self.assertEqual((first.number, first.fault), (3, None))
        second = self.chain._new_check()
        second.begin_after(first.number, first.seal)
        self.chain._verify_slice(second)
        self.assertEqual((second.read, second.fault), (2, None))

    # ------------------------------------------------------------- around the journal
    def test_erased_answers_still_verify(self):
        self.rows[1:3]._erase_bodies()
        self.assertFalse(any(self.rows[1:3].sudo().mapped("response_salt")))
        check = self.verify(self.anchor())
        self.assertFalse(check.fault)
        self.assertEqual((check.read, check.with_answer), (5, 3))

    def test_deleted_author_and_merged_partners_change_nothing(self):
        author = self.new_user("author", "opco_ep_connector.group_transmit")
        row = self.journal(1)
        with unprotected(self.env) as cr:
            cr.execute(
                "UPDATE opco_exchange SET create_uid = %s WHERE id = %s",
                [author.id, row.id],
            )
        self.run_sealer()
        author.unlink()
        self.env.invalidate_all()
        self.assertFalse(row.create_uid)
        twin = self.connection.partner_id.copy({"company_registry": False})
        self.env["base.partner.merge.automatic.wizard"]._merge(
            [twin.id, self.connection.partner_id.id], self.connection.partner_id
        )
        self.assertFalse(self.verify(self.anchor()).fault)

    def test_new_stored_field_with_a_default_changes_nothing(self):
        self.env.cr.execute("ALTER TABLE opco_exchange ADD COLUMN x_new int4")
        self.env.cr.execute("UPDATE opco_exchange SET x_new = 1")
        self.assertFalse(self.verify(self.anchor()).fault)

    # ---------------------------------------------------------------- refused changes
    def test_postgresql_refuses_what_would_change_the_journal(self):
        for statement in (
            "DELETE FROM opco_exchange",
            "TRUNCATE opco_exchange",
            "DELETE FROM opco_chain",
            "TRUNCATE opco_chain CASCADE",
            "UPDATE opco_exchange SET url = 'https://other.example'",
            "UPDATE opco_exchange SET sender = 'Somebody else'",
            "UPDATE opco_exchange SET seal_number = seal_number + 100",
            "UPDATE opco_exchange SET seal = NULL",
            "UPDATE opco_exchange SET response_body = 'other'",
            "UPDATE opco_exchange SET response_salt = 'other'",
            "UPDATE opco_exchange SET digest = 'other'",
        ):
            with (
                self.subTest(statement),
                self.assertRaises(RestrictViolation),
                mute_logger("odoo.sql_db"),
                self.cr.savepoint(),
            ):
                self.cr.execute(statement)
        self.assertFalse(self.verify(self.anchor()).fault)

    def test_odoo_refuses_too(self):
        with self.assertRaises(AccessError):
            self.rows.sudo().write({"url": "https://other.example"})
        with self.assertRaises(AccessError):
            self.rows.sudo().unlink()
        for user in (self.transmitter, self.administrator):
            with self.assertRaises(AccessError):
                self.chain.with_user(user).write({"number": 0})
            with self.assertRaises(AccessError):
                self.chain.with_user(user).unlink()

    # --------------------------------------------------------------- detected changes
    def test_changed_content(self):
        with self.tampering() as cr:
            cr.execute(
                "UPDATE opco_exchange SET outcome = 'rejected' WHERE id = %s",
                [self.rows[2].id],
            )
        self.assertEqual(self.verify().fault, Fault(3, "content"))

    def test_changed_content_and_digest(self):
        with self.tampering() as cr:
            self.forge(cr, self.rows[2])
        self.assertEqual(self.verify().fault, Fault(3, "seal"))

    def test_changed_answer(self):
        with self.tampering() as cr:
            cr.execute(
                "UPDATE opco_exchange SET response_body = 'other' WHERE id = %s",
                [self.rows[1].id],
            )
        self.assertEqual(self.verify().fault, Fault(2, "answer"))

    def test_content_of_a_format_that_never_was(self):
        with self.tampering() as cr:
            cr.execute(
                "UPDATE opco_exchange SET digest_format = 99 WHERE id = %s",
                [self.rows[2].id],
            )
        self.assertEqual(self.verify().fault, Fault(3, "content"))

    def test_answer_without_its_salt(self):
        with self.tampering() as cr:
            cr.execute(
                "UPDATE opco_exchange SET response_salt = NULL WHERE id = %s",
                [self.rows[1].id],
            )
        self.assertEqual(self.verify().fault, Fault(2, "answer"))

    def test_removed_row(self):
        with self.tampering() as cr:
            cr.execute("DELETE FROM opco_exchange WHERE id = %s", [self.rows[2].id])
        self.assertEqual(self.verify().fault, Fault(3, "missing"))

    def test_removed_end(self):
        with self.tampering() as cr:
            cr.execute("DELETE FROM opco_exchange WHERE id = %s", [self.rows[4].id])
        self.assertEqual(self.verify().fault, Fault(5, "head"))

    def test_removed_end_with_its_head(self):
        anchor = self.anchor()
        with self.tampering() as cr:
            cr.execute("DELETE FROM opco_exchange WHERE id = %s", [self.rows[4].id])
            self.set_head(cr, 4, self.rows[3].seal)
        self.assertFalse(self.verify().fault, "nothing can tell without an anchor")
        self.assertEqual(self.verify(anchor).fault, Fault(5, "anchor"))

    def test_swapped_rows(self):
        with self.tampering() as cr:
            for row, number in ((self.rows[1], 99), (self.rows[2], 2)):
                self.set_number(cr, row, number)
            self.set_number(cr, self.rows[1], 3)
        self.assertEqual(self.verify().fault, Fault(2, "link"))

    def test_inserted_row(self):
        with self.tampering() as cr:
            for row in reversed(self.rows[2:]):
                self.set_number(cr, row, row.seal_number + 1)
            self.copy_row(cr, self.rows[2], number=3)
        self.assertEqual(self.verify().fault, Fault(3, "seal"))

    def test_row_slipped_in_without_a_number(self):
        with self.tampering() as cr:
            self.copy_row(cr, self.rows[2], number=None)
        self.assertEqual(self.verify().fault, Fault(5, "misplaced"))

    def test_row_slipped_in_without_a_seal(self):
        with self.tampering() as cr:
            self.copy_row(cr, self.rows[2], number=None)
            cr.execute(
                "UPDATE opco_exchange SET seal = NULL, seal_number = 3"
                " WHERE seal_number IS NULL AND connection_id = %s",
                [self.connection.id],
            )
        self.assertEqual(self.verify().fault, Fault(5, "misplaced"))

    def test_recomputed_chain_is_betrayed_by_an_anchor(self):
        anchor = self.anchor()
        with self.tampering() as cr:
            self.forge(cr, self.rows[2])
            self.chain_anew(cr)
        self.assertFalse(self.verify().fault, "nothing can tell without an anchor")
        self.assertEqual(self.verify(anchor).fault, Fault(5, "anchor"))

    # ------------------------------------------------------------------------ helpers
    def sealer_has_just_run(self):
        # However slow the machine, the second after which it is at rest is not over.
        self.cron().lastcall = fields.Datetime.now() + timedelta(hours=1)
        self.env.flush_all()

    def cron(self):
        return self.env.ref("opco_ep_connector.ir_cron_seal")

    def count_triggers(self):
        return self.env["ir.cron.trigger"].search_count(
            [("cron_id", "=", self.cron().id)]
        )

    def forget_triggers(self):
        self.env["ir.cron.trigger"].search([("cron_id", "=", self.cron().id)]).unlink()
        self.cron().lastcall = False

    def set_number(self, cr, row, number):
        cr.execute(
            "UPDATE opco_exchange SET seal_number = %s WHERE id = %s", [number, row.id]
        )

    def set_head(self, cr, number, sealed):
        cr.execute(
            "UPDATE opco_chain SET number = %s, seal = %s WHERE id = %s",
            [number, sealed, self.chain.id],
        )

    def copy_row(self, cr, row, number):
        cr.execute(
            """
            INSERT INTO opco_exchange (connection_id, environment, method, url, outcome,
                started_at, digest_format, digest, seal, previous_seal, sealed_at,
                response_digest, seal_number)
            SELECT connection_id, environment, method, url, outcome,
                started_at, digest_format, digest, seal, previous_seal, sealed_at,
                response_digest, %s
              FROM opco_exchange WHERE id = %s RETURNING id
            """,
            [number, row.id],
        )
        [row_id] = cr.fetchone()
        if number:
            [values] = self.chain._fetch_rows(number - 1, 1)
            cr.execute(
                "UPDATE opco_exchange SET digest = %s WHERE id = %s",
                [content_digest(sealed_content(values)), row_id],
            )

    def forge(self, cr, row):
        cr.execute(
            "UPDATE opco_exchange SET outcome = 'rejected' WHERE id = %s", [row.id]
        )
        [values] = self.chain._fetch_rows(row.seal_number - 1, 1)
        cr.execute(
            "UPDATE opco_exchange SET digest = %s WHERE id = %s",
            [content_digest(sealed_content(values)), row.id],
        )

    def chain_anew(self, cr):
        check = self.chain._new_check()
        previous = check.seal
        for values in self.chain._fetch_rows(0, 100):
            number = values["seal_number"]
            sealed = seal(number, previous, values["digest"], values["sealed_at"])
            cr.execute(
                "UPDATE opco_exchange SET previous_seal = %s, seal = %s WHERE id = %s",
                [previous, sealed, values["id"]],
            )
            previous = sealed
        self.set_head(cr, number, previous)
