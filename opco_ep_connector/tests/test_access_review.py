# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, tagged

from .common import ConnectorCase

CRON = "opco_ep_connector.ir_cron_access_review"
ACTIVITY = "opco_ep_connector.mail_activity_type_access_review"


@tagged("post_install", "-at_install")
class TestAccessReview(ConnectorCase):
    """Each quarter, somebody looks at who may do what."""

    def setUp(self):
        super().setUp()
        self.connection.user_id = self.administrator

    def test_one_review_a_quarter(self):
        for day in ("2027-01-02", "2027-01-03", "2027-03-31"):
            self.run_on(day)
        self.assertEqual(len(self.reviews()), 1)
        self.run_on("2027-04-01")
        self.assertEqual(len(self.reviews()), 2)
        self.assertIn("quarter 2 of 2027", self.reviews()[0].name)

    def test_says_who_has_which_group(self):
        self.run_on("2027-01-02")
        accesses = {(line.group, line.login) for line in self.reviews().line_ids}
        transmit = self.env.ref("opco_ep_connector.group_transmit").full_name
        consult = self.env.ref("opco_ep_connector.group_consult").full_name
        personal = self.env.ref("l10n_fr_apprenticeship.group_personal_data").full_name
        self.assertIn((transmit, self.transmitter.login), accesses)
        self.assertIn((personal, self.transmitter.login), accesses)
        self.assertIn((consult, self.transmitter.login), accesses)
        self.assertNotIn((transmit, self.consultant.login), accesses)
        self.assertNotIn(self.colleague.login, {login for _group, login in accesses})

    def test_who_is_elsewhere_or_gone_is_not_listed(self):
        elsewhere = self.new_user(
            "elsewhere",
            "opco_ep_connector.group_transmit",
            self.new_company("Elsewhere"),
        )
        self.consultant.active = False
        self.run_on("2027-01-02")
        logins = self.reviews().line_ids.mapped("login")
        self.assertNotIn(elsewhere.login, logins)
        self.assertNotIn(self.consultant.login, logins)

    def test_signed_by_whom_it_waits_for(self):
        self.run_on("2027-01-02")
        review = self.reviews()
        activity = review.activity_search([ACTIVITY])
        self.assertEqual(activity.user_id, self.administrator)
        self.assertEqual(f"{activity.date_deadline}", "2027-03-31")
        mine = review.with_user(self.administrator)
        mine.remark = "Removed two people."
        mine.action_done()
        self.assertEqual(review.state, "done")
        self.assertEqual(review.reviewed_by, self.administrator.name)
        self.assertFalse(review.activity_search([ACTIVITY]))
        with self.assertRaises(AccessError):
            mine.remark = "Another"

    def test_others_do_not_sign(self):
        self.run_on("2027-01-02")
        for user in (self.consultant, self.transmitter, self.colleague):
            with self.assertRaises(UserError):
                self.reviews().with_user(user).action_done()
        for values in ({"state": "done"}, {"reviewed_by": "Somebody"}):
            with self.assertRaises(AccessError):
                self.reviews().with_user(self.administrator).write(values)

    def run_on(self, day):
        with freeze_time(day):
            self._run(CRON)

    def reviews(self):
        return self.env["opco.access.review"].search(
            [("company_id", "=", self.company.id)]
        )
