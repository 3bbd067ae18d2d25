# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from datetime import datetime, timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import BaseCase, tagged

from .. import pace, refresh
from ..convergence.answers import DossierState, StateList
from ..convergence.client import ConvergenceClient
from .common import SIRET, ConnectorCase
from .test_transmission import DEPOSIT

REFRESH_LOGGER = "odoo.addons.opco_ep_connector.refresh"
# UTC: Paris is an hour ahead in winter, two in summer.
MONDAY_MORNING = datetime(2026, 11, 23, 9, 0)
FRIDAY_NIGHT = datetime(2026, 11, 27, 22, 0)


@tagged("post_install", "-at_install")
class TestPace(BaseCase):
    """When to read again."""

    def delay(self, last, **facts):
        known = {"is_urgent": False, "has_open": True, "unchanged_reads": 0}
        return pace.next_read(last, **(known | facts)) - last

    def test_soon_while_something_is_unknown(self):
        urgent = {"is_urgent": True, "has_open": False}
        self.assertEqual(self.delay(FRIDAY_NIGHT, **urgent), timedelta(minutes=1))
        in_vain = urgent | {"unchanged_reads": 5}
        self.assertEqual(self.delay(FRIDAY_NIGHT, **in_vain), timedelta(minutes=2))

    def test_open_hours(self):
        self.assertEqual(self.delay(MONDAY_MORNING), timedelta(minutes=15))
        self.assertEqual(
            self.delay(MONDAY_MORNING, unchanged_reads=20), timedelta(minutes=30)
        )

    def test_seldom_when_everything_is_decided(self):
        self.assertEqual(self.delay(MONDAY_MORNING, has_open=False), timedelta(hours=4))

    def test_seldom_at_night(self):
        self.assertEqual(self.delay(FRIDAY_NIGHT), timedelta(hours=4))

    def test_never_later_than_the_opening(self):
        before_dawn = datetime(2026, 11, 23, 5, 30)
        self.assertEqual(self.delay(before_dawn), timedelta(minutes=30))

    def test_hours_are_those_of_paris(self):
        self.assertFalse(pace.is_open_hours(datetime(2026, 11, 23, 5, 59)))
        self.assertTrue(pace.is_open_hours(datetime(2026, 11, 23, 6, 0)))
        self.assertFalse(pace.is_open_hours(datetime(2026, 11, 23, 19, 0)))
        self.assertTrue(pace.is_open_hours(datetime(2026, 7, 20, 5, 0)))
        self.assertFalse(pace.is_open_hours(datetime(2026, 7, 20, 18, 0)))

    def test_weekends_and_public_holidays_are_not_worked(self):
        saturday = datetime(2026, 11, 28, 10, 0)
        armistice = datetime(2026, 11, 11, 10, 0)
        self.assertFalse(pace.is_open_hours(saturday))
        self.assertFalse(pace.is_open_hours(armistice))
        self.assertEqual(pace.next_opening(saturday), datetime(2026, 11, 30, 6, 0))
        self.assertEqual(pace.next_opening(armistice), datetime(2026, 11, 12, 6, 0))

    def test_failures_wait_longer_and_longer(self):
        delays = [
            pace.after_failure(MONDAY_MORNING, count, None) - MONDAY_MORNING
            for count in (1, 2, 3, 50)
        ]
        minutes = [2, 4, 8, 30]
        self.assertEqual(delays, [timedelta(minutes=count) for count in minutes])

    def test_what_the_opco_asks_is_obeyed(self):
        at = pace.after_failure(MONDAY_MORNING, 1, 7200)
        self.assertEqual(at, MONDAY_MORNING + timedelta(hours=2))


@tagged("post_install", "-at_install")
class TestPolling(ConnectorCase):
    """Each connection is read at its own pace, and never more than needed."""

    def setUp(self):
        super().setUp()
        self.contract = self.new_contract()

    def pace(self):
        return self.env["opco.polling"]._of(self.connection)

    def run_cron(self):
        self._run("opco_ep_connector.ir_cron_refresh")

    def let_time_pass(self, **duration):
        pace_row = self.pace()
        for name in ("last_read_at", "next_read_at", "not_before"):
            if pace_row[name]:
                pace_row[name] -= timedelta(**duration)

    def test_not_due_not_read(self):
        self.refresh()
        with self.count_calls() as calls:
            self.run_cron()
            self.run_cron()
        self.assertEqual(calls["list_states"], 0)
        self.assertEqual(self.pace().read_count, 1)

    def test_nothing_changing_only_counts(self):
        self.send(self.contract)
        self.refresh()
        exchanges = self.env["opco.exchange"].search_count([])
        counted = self.pace().unchanged_reads
        self.refresh()
        self.assertEqual(self.pace().unchanged_reads, counted + 1)
        self.assertEqual(self.env["opco.exchange"].search_count([]), exchanges)

    def test_back_to_quick_at_once_on_a_change(self):
        self.send(self.contract)
        self.refresh()
        self.pace().unchanged_reads = 30
        self.sandbox.set_state(self.contract.opco_internal_number, "ENGAGE")
        self.refresh()
        self.assertEqual(self.pace().unchanged_reads, 0)

    def test_soon_after_a_deposit(self):
        self.refresh()
        self.assertGreaterEqual(
            self.pace().next_read_at, self.pace().last_read_at + pace.OPEN_HOURS
        )
        self.send(self.contract)
        self.let_time_pass(minutes=2)
        with self.count_calls() as calls:
            self.run_cron()
        self.assertEqual(calls["list_states"], 1)
        self.assertEqual(self.pace().next_read_at, self.pace().last_read_at + pace.SOON)

    def test_the_next_run_is_planned(self):
        self.refresh()
        cron = self.env.ref("opco_ep_connector.ir_cron_refresh")
        planned = self.env["ir.cron.trigger"].search(
            [("cron_id", "=", cron.id), ("call_at", ">", fields.Datetime.now())]
        )
        self.assertLessEqual(min(planned.mapped("call_at")), self.pace().next_read_at)

    def test_busy_is_left_alone_even_if_asked(self):
        self.sandbox.add_fault(
            "status",
            path="/v1/dossiers/etats",
            status=503,
            headers={"Retry-After": "3600"},
        )
        with self.assertLogs(REFRESH_LOGGER, "WARNING"):
            self.refresh()
        self.assertEqual(self.pace().failed_reads, 1)
        in_half_an_hour = fields.Datetime.now() + timedelta(minutes=30)
        self.assertGreater(self.pace().next_read_at, in_half_an_hour)
        with self.count_calls() as calls:
            self.refresh()
        self.assertEqual(calls["list_states"], 0)
        self.let_time_pass(minutes=61)
        self.refresh()
        self.assertEqual(self.pace().failed_reads, 0)

    def test_asked_reads_the_detail_whatever_changed(self):
        self.send(self.contract)
        self.refresh()
        with self.count_calls() as calls:
            self.refresh()
        self.assertEqual(calls["read_dossier"], 0)
        self.contract.with_user(self.consultant).action_opco_refresh()
        with self.count_calls() as calls:
            self.run_cron()
            self.run_cron()
        self.assertEqual(calls, {"list_states": 1, "read_dossier": 1})

    def test_many_asked_at_once(self):
        other = self.new_contract(apprentice_nir="106057505612379")
        other.apprentice_id.apprenticeship_sex = "M"
        contracts = self.contract | other
        self.send(contracts)
        self.refresh()
        contracts.with_user(self.consultant).action_opco_refresh()
        with self.count_calls() as calls:
            self.run_cron()
        self.assertEqual(calls, {"list_states": 1, "read_dossier": 2})

    def test_connection_asked(self):
        self.refresh()
        self.connection.with_user(self.consultant).action_refresh_states()
        with self.count_calls() as calls:
            self.run_cron()
        self.assertEqual(calls["list_states"], 1)

    def test_over_time_is_left_to_the_next_run(self):
        self.send(self.contract)
        number = self.contract.opco_internal_number
        self.sandbox.set_state(number, "ENGAGE")
        with self.no_time_left(), patch.object(refresh, "SHORTEST_READING", -1.0):
            self.refresh()
        self.assertEqual(self.contract.opco_state, "transmitted")
        self.assertLessEqual(self.pace().next_read_at, fields.Datetime.now())
        self.run_cron()
        self.assertEqual(self.contract.opco_state, "committed")

    def test_a_list_that_takes_all_the_time_hides_no_state(self):
        self.send(self.contract)
        self.sandbox.set_state(self.contract.opco_internal_number, "ENGAGE")
        with self.no_time_left():
            self.refresh()
        self.assertEqual(self.contract.opco_state, "committed")

    def no_time_left(self):
        return patch.object(refresh.Refresh, "_reading_time", lambda *_args: -1.0)

    def test_one_dossier_that_fails_does_not_stop_the_others(self):
        other = self.new_contract(apprentice_nir="106057505612379")
        other.apprentice_id.apprenticeship_sex = "M"
        self.send(self.contract | other)
        for number in self.sent_numbers():
            self.sandbox.set_state(number, "ENGAGE")
        self.sandbox.add_fault("status", method="GET", path="/v1/dossiers", status=500)
        with self.assertLogs(REFRESH_LOGGER, "WARNING"):
            self.refresh()
        states = sorted((self.contract | other).mapped("opco_state"))
        self.assertEqual(states, ["committed", "transmitted"])
        self.assertGreater(self.pace().next_read_at, self.pace().last_read_at)
        self.refresh()
        self.assertEqual(
            (self.contract | other).mapped("opco_state"), ["committed"] * 2
        )

    def test_opco_down_between_list_and_details(self):
        self.known_dossiers(8, self.contract)
        changed = self.listed(8, changed=8)
        self.sandbox.add_fault(
            "status", method="GET", path="/v1/dossiers", status=500, times=None
        )
        with (
            patch.object(ConvergenceClient, "list_states", lambda _self: changed),
            self.count_calls() as calls,
            self.assertLogs(REFRESH_LOGGER, "WARNING"),
        ):
            self.refresh()
        self.assertLess(calls["read_dossier"], 8)
        self.assertEqual(self.pace().failed_reads, 1)

    def test_defect_does_not_spin(self):
        """Ours, not the OPCO's: logged, and tried again later."""
        logger = "odoo.addons.opco_ep_connector.models.transactions"
        with (
            patch.object(ConvergenceClient, "list_states", side_effect=KeyError("x")),
            self.assertLogs(logger, "ERROR"),
        ):
            self.refresh()
        self.assertEqual(self.pace().failed_reads, 1)
        self.assertGreater(self.pace().next_read_at, fields.Datetime.now())

    def test_cut_short_by_a_stop_of_the_server(self):
        self.refresh()
        self.pace().next_read_at = fields.Datetime.now()
        self.assertEqual(self.env["opco.polling"]._due(), self.connection)
        self.assertGreater(self.pace().next_read_at, fields.Datetime.now())

    # ---------------------------------------------------------- what it costs
    def known_dossiers(self, count, contract=None):
        self.env["opco.dossier"].search([]).unlink()
        self.env["opco.dossier"].create(
            [
                self.connection._dossier_identity(str(number))
                | {
                    "contract_id": contract.id if contract else False,
                    "raw_state": "TRANSMIS",
                    "state": "transmitted",
                }
                for number in range(1, count + 1)
            ]
        )

    def listed(self, count, changed=0, is_complete=True):
        states = tuple(
            DossierState(
                str(number), None, None, "ENGAGE" if number <= changed else "TRANSMIS"
            )
            for number in range(1, count + 1)
        )
        return StateList(states, is_complete, 1)

    def queries_to_compare(self, count, changed, contract):
        self.known_dossiers(count, contract)
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        dossiers = self.env["opco.dossier"]
        compared = dossiers._record_states(self.connection, self.listed(count, changed))
        dossiers._to_read(self.connection, compared)
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def test_queries_do_not_grow_with_the_dossiers(self):
        for contract in (self.contract, None):
            with self.subTest(ours=bool(contract)):
                few = self.queries_to_compare(10, 5, contract)
                many = self.queries_to_compare(1000, 5, contract)
                self.assertEqual(few, many)

    def test_details_are_read_of_what_changed_only(self):
        self.known_dossiers(1000, self.contract)
        changed = self.listed(1000, changed=7)
        with (
            patch.object(ConvergenceClient, "list_states", lambda _self: changed),
            patch.object(ConvergenceClient, "read_dossier", return_value=None) as read,
            self.assertLogs(REFRESH_LOGGER, "WARNING"),
        ):
            self.refresh()
        self.assertEqual(read.call_count, 7)

    def test_missing_from_a_whole_list(self):
        self.send(self.contract)
        dossier = self.env["opco.dossier"].search(
            [("contract_id", "=", self.contract.id)]
        )
        with self.list_of(StateList((), True, 1)), self.count_calls() as calls:
            self.refresh()
            self.refresh()
        self.assertEqual(calls["read_dossier"], 1)
        self.assertTrue(dossier.missing_since)
        self.assertEqual(self.contract.opco_state, "transmitted")
        self.refresh()
        self.assertFalse(dossier.missing_since)

    def test_missing_from_a_list_cut_short(self):
        self.send(self.contract)
        dossier = self.env["opco.dossier"].search(
            [("contract_id", "=", self.contract.id)]
        )
        with self.list_of(StateList((), False, 1)), self.count_calls() as calls:
            self.refresh()
        self.assertEqual(calls["read_dossier"], 0)
        self.assertFalse(dossier.missing_since)
        self.assertFalse(self.pace().is_last_read_complete)

    def test_list_cut_short_is_no_look(self):
        self.sandbox.add_fault("reset_after_read", **DEPOSIT)
        row = self.send(self.contract)
        with self.list_of(StateList((), False, 1)):
            self.refresh()
        self.assertEqual((row.state, row.look_count), ("unknown", 0))
        self.refresh()
        self.assertEqual(row.look_count, 1)

    def list_of(self, listed):
        return patch.object(ConvergenceClient, "list_states", lambda _self: listed)

    def test_line_repeated_in_a_list(self):
        number = self.sandbox.deposit_example(SIRET)
        self.paste_key()
        line = DossierState(number, None, None, "TRANSMIS")
        with self.list_of(StateList((line, line), True, 2)):
            self.refresh()
        dossiers = self.env["opco.dossier"].search([("internal_number", "=", number)])
        self.assertEqual(len(dossiers), 1)
