# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What Odoo's database says of the deliveries, even while it comes and goes."""

import time
from collections import Counter

import psycopg2

import databases

COUNTS = "SELECT state, applied, count(*) FROM opco_transmission GROUP BY 1, 2"
STUCK = """
    SELECT id, contract_id, state, applied, attempt_count, look_count, next_try_at,
           claimed_until, message
      FROM opco_transmission
     WHERE NOT (state = 'sent' AND applied) AND contract_id != ALL(%s)
     ORDER BY id
"""
# Only wake-ups that the connector asked for, earlier: none is added.
HURRY = """
    UPDATE ir_cron_trigger SET call_at = now() AT TIME ZONE 'UTC'
     WHERE call_at > now() AT TIME ZONE 'UTC' AND cron_id IN (
           SELECT res_id FROM ir_model_data
            WHERE module = 'opco_ep_connector' AND model = 'ir.cron')
"""
READ_SOON = """
    UPDATE opco_polling SET next_read_at = now() AT TIME ZONE 'UTC'
     WHERE next_read_at > now() AT TIME ZONE 'UTC'
"""
# The profile counts pauses in minutes; here they are seconds.
PROBE_SOON = """
    UPDATE opco_health SET paused_until = write_date + interval '2 seconds'
     WHERE paused_until > write_date + interval '2 seconds'
"""
WAKE = "SELECT pg_notify('cron_trigger', %s)"
SECONDS_TO_COME_BACK = 60


class Deliveries:
    """Reads one database; a query waits for PostgreSQL to come back."""

    def __init__(self, database):
        self.database = database

    def rows(self, query, *arguments):
        """Return the rows of a query, as dictionaries."""
        deadline = time.monotonic() + SECONDS_TO_COME_BACK
        while True:
            try:
                return self._rows(query, arguments)
            except psycopg2.OperationalError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)

    def counts(self):
        """Return how many transmissions stand in each state."""
        counts = Counter()
        for row in self.rows(COUNTS):
            known = row["applied"] or row["state"] == "sending"
            counts[row["state"] if known else f"{row['state']}, to apply"] += row[
                "count"
            ]
        return counts

    def stuck(self, broken_ids=()):
        """Return the transmissions that have not come to their end.

        :param broken_ids: contracts that cannot
        """
        return self.rows(STUCK, list(broken_ids))

    def hurry(self):
        """Spare the minutes until the next wake-up, and that of a worker's sleep."""
        try:
            with databases.cursor(self.database) as cr:
                cr.execute(HURRY)
            with databases.cursor() as cr:
                cr.execute(WAKE, (self.database,))
            for query in (READ_SOON, PROBE_SOON):
                with databases.cursor(self.database) as cr:
                    cr.execute(query)
        except psycopg2.Error:
            # PostgreSQL is away, or Odoo changed the same line: the next time, then.
            return

    def _rows(self, query, arguments):
        with databases.cursor(self.database) as cr:
            cr.execute(query, arguments)
            names = [column.name for column in cr.description]
            return [dict(zip(names, row, strict=True)) for row in cr.fetchall()]
