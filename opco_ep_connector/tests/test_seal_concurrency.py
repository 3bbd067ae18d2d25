# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Real transactions and processes: what is committed here is deleted at the end."""

import os
import traceback
from contextlib import contextmanager

from odoo import SUPERUSER_ID, api, sql_db
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, tagged
from odoo.tests.common import get_db_name
from odoo.tools import SQL, mute_logger

from ..models.transactions import in_own_transaction
from .journal import forget_journal, new_exchange

WRITTEN_BY_EACH = 40


@tagged("post_install", "-at_install")
class TestSealConcurrency(BaseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.registry = Registry(get_db_name())

    def setUp(self):
        super().setUp()
        self.addCleanup(self.delete_what_was_made)
        with self.transaction() as env:
            site = env["res.partner"].create(
                {
                    "name": "CFA EXEMPLE",
                    "is_company": True,
                    "country_id": env.ref("base.fr").id,
                    "company_registry": "90000002700012",
                }
            )
            connection = env["opco.connection"].create({"partner_id": site.id})
            self.partner_id, self.connection_id = site.id, connection.id

    def test_two_sealers_do_not_seal_twice(self):
        with self.transaction() as env:
            self.journal(env, 3)
        with self.transaction() as first, self.transaction() as second:
            self.begin_chain(first)
            first["opco.chain"]._seal_batch(self.connection_id)
            # Whoever waited for the first would wait for ever: one thread has both.
            second.cr.execute("SET LOCAL lock_timeout = '5s'")
            self.assertFalse(second["opco.chain"]._seal_batch(self.connection_id))
        self.assert_intact(3)

    def test_sealer_that_looked_too_early_begins_again(self):
        with self.transaction() as env:
            self.journal(env, 3)
            self.begin_chain(env)
        with (
            self.transaction() as first,
            self.transaction() as second,
            mute_logger("odoo.sql_db"),
        ):
            # Its snapshot is now older than what the other commits.
            second["opco.exchange"].search_count([])
            first["opco.chain"]._seal_batch(self.connection_id)
            self.journal(first, 2)
            first.cr.commit()
            in_own_transaction(
                second, lambda: second["opco.chain"]._seal_batch(self.connection_id)
            )
        self.assert_intact(5)

    def test_row_committed_late_is_sealed_after(self):
        with self.transaction() as early, self.transaction() as late:
            slow = self.journal(late, 1)
            quick = self.journal(early, 1)
            self.assertLess(slow.id, quick.id)
            early.cr.commit()
            self.seal()
            late.cr.commit()
            self.seal()
            ids = [quick.id, slow.id]
        with self.transaction() as env:
            rows = env["opco.exchange"].browse(ids)
            self.assertEqual([row.seal_number for row in rows], [1, 2])
        self.assert_intact(2)

    def test_two_writers_and_two_sealers_at_once(self):
        processes = [
            self.fork(work)
            for work in (
                self.keep_writing,
                self.keep_writing,
                self.keep_sealing,
                self.keep_sealing,
            )
        ]
        for process in processes:
            _pid, status = os.waitpid(process, 0)
            self.assertEqual(os.waitstatus_to_exitcode(status), 0)
        self.seal()
        self.assert_intact(2 * WRITTEN_BY_EACH)

    # ------------------------------------------------------------------------ helpers
    @contextmanager
    def transaction(self):
        with self.registry.cursor() as cr:
            yield api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})

    def fork(self, work):
        """Run in another process, with connections to PostgreSQL of its own."""
        pid = os.fork()
        if pid:
            return pid
        status = 1
        try:
            sql_db._Pool = sql_db._Pool_readonly = None
            self.registry._db = sql_db.db_connect(get_db_name())
            work()
            status = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(status)

    def keep_writing(self):
        for _index in range(WRITTEN_BY_EACH):
            with self.transaction() as env:
                self.journal(env, 1)

    def keep_sealing(self):
        with mute_logger("odoo.sql_db"):
            for _index in range(WRITTEN_BY_EACH):
                self.seal()

    def journal(self, env, count):
        connection = env["opco.connection"].browse(self.connection_id)
        exchanges = env["opco.exchange"]
        rows = [
            exchanges._journal(connection, new_exchange()) for _index in range(count)
        ]
        env.flush_all()
        return exchanges.union(*rows)

    def begin_chain(self, env):
        env["opco.chain"]._begin_chains()
        env.cr.commit()

    def seal(self):
        with self.transaction() as env:
            env["opco.chain"]._cron_seal()

    def assert_intact(self, count):
        with self.transaction() as env:
            chain = env["opco.chain"].search(
                [("connection_id", "=", self.connection_id)]
            )
            check = chain._new_check()
            chain._verify_slice(check)
            self.assertFalse(check.fault)
            self.assertEqual(check.read, count)
            self.assertFalse(chain._count_unsealed())

    def delete_what_was_made(self):
        with self.transaction() as env:
            forget_journal(env, [self.connection_id])
            for table, row_id in (
                ("opco_connection", self.connection_id),
                ("res_partner", self.partner_id),
            ):
                env.execute_query(
                    SQL(
                        "DELETE FROM %s WHERE id = %s RETURNING id",
                        SQL.identifier(table),
                        row_id,
                    )
                )
