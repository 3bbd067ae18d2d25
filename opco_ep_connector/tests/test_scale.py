# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo.tests import tagged
from odoo.tools import SQL

from .common import ConnectorCase


@tagged("post_install", "-at_install")
class TestScale(ConnectorCase):
    """What a CFA with many contracts opens is read from an index made for it."""

    def plan(self, domain, order=None, columns=("id",)):
        """Return how PostgreSQL would read this, were the table too large to be read.

        A table of a test holds next to nothing: what is proved is that the index can
        serve, not that it is chosen.
        """
        query = self.env[self.model].sudo()._search(domain, order=order)
        self.env.cr.execute("SET LOCAL enable_seqscan = off")
        self.env.cr.execute("SET LOCAL enable_bitmapscan = off")
        chosen = [SQL.identifier(query.table, name) for name in columns]
        self.env.cr.execute(SQL("EXPLAIN %s", query.select(*chosen)))
        return "\n".join(line for (line,) in self.env.cr.fetchall())

    def assertNoSubquery(self, domain):
        code = self.env[self.model].sudo()._search(domain).select().code
        self.assertEqual(code.count("SELECT"), 1, code)

    def test_what_differs_is_found_by_its_index(self):
        self.model = "apprenticeship.contract"
        plan = self.plan([("opco_is_modified", "=", True)], "date_start desc, id desc")
        self.assertIn("apprenticeship_contract_opco_modified", plan)

    def test_clocks_are_asked_of_the_contract_itself(self):
        self.model = "apprenticeship.contract"
        for name in ("is_late", "is_at_risk", "opco_is_to_transmit"):
            with self.subTest(name):
                self.assertNoSubquery([(name, "=", True)])

    def test_the_opposite_of_a_filter_is_the_rest(self):
        contracts = self.env["apprenticeship.contract"]
        for name in ("is_late", "is_at_risk", "opco_is_to_transmit"):
            with self.subTest(name):
                chosen = contracts.search([(name, "=", True)])
                rest = contracts.search([(name, "=", False)])
                self.assertEqual(chosen | rest, contracts.search([]))
                self.assertFalse(chosen & rest)

    def test_figures_do_not_read_the_rows(self):
        for model, columns in (
            ("apprenticeship.contract", ("opco_state", "training_centre_id")),
            ("opco.transmission", ("state", "create_date", "user_id")),
            ("opco.exchange", ("outcome", "started_at", "sender")),
        ):
            with self.subTest(model):
                self.model = model
                self.assertIn("Index Only Scan", self.plan([], columns=columns))

    def test_a_page_costs_as_many_queries_as_a_line(self):
        few = self.new_contract()
        many = few.union(*(self.new_contract() for _ in range(5)))
        specification = {
            name: {}
            for name in (
                "name",
                "deadline_text",
                "is_late",
                "is_at_risk",
                "opco_transport_state",
                "opco_modified_label",
                "opco_is_to_transmit",
            )
        }
        # What the registry keeps is read first.
        self.queries(many, specification)
        self.assertEqual(
            self.queries(few, specification), self.queries(many, specification)
        )

    def queries(self, contracts, specification):
        """Return how many queries it takes to read these contracts, from cold."""
        contracts = contracts.with_user(self.transmitter)
        contracts.web_read(specification)
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        contracts.browse(contracts.ids).web_read(specification)
        return self.env.cr.sql_log_count - before
