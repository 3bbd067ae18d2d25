# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from lxml import etree

from odoo.tests import Form, tagged
from odoo.tools.safe_eval import safe_eval

from .common import MANAGER, PERSONAL_DATA, USER, ApprenticeshipCase

VIEWS = {
    "apprenticeship.agreement": ("form",),
    "apprenticeship.code": ("list", "search"),
    "apprenticeship.contract": ("list", "kanban", "form", "search"),
    "apprenticeship.document": ("list", "form", "search"),
    "apprenticeship.idcc": ("list",),
    "apprenticeship.amend": ("form",),
    "apprenticeship.import": ("form",),
    "apprenticeship.termination": ("form",),
    "apprenticeship.override": ("form",),
    "apprenticeship.pay.rate": ("list",),
    "apprenticeship.purge": ("form",),
    "apprenticeship.retention.rule": ("list", "kanban", "form"),
    "apprenticeship.smic": ("list",),
    "apprenticeship.training": ("list", "form", "search"),
    "res.partner": ("list", "form", "search"),
}

FOR_USERS = ("root", "contracts", "import")
FOR_MANAGERS = (
    "configuration",
    "trainings",
    "codes",
    "smic",
    "pay_rates",
    "idcc",
    "retention",
    "purge",
)


@tagged("post_install", "-at_install")
class TestViews(ApprenticeshipCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = cls.new_user("user", USER)
        cls.manager = cls.new_user("manager", f"{MANAGER},{PERSONAL_DATA}")

    def own_records(self, model):
        names = self.env["ir.model.data"].search(
            [("module", "=", "l10n_fr_apprenticeship"), ("model", "=", model)]
        )
        return self.env[model].browse(names.mapped("res_id"))

    def test_views_load_for_each_group(self):
        for user in (self.user, self.manager):
            for model, types in VIEWS.items():
                if not self.env[model].with_user(user).has_access("read"):
                    self.assertEqual((user, model), (self.user, "apprenticeship.purge"))
                    continue
                views = (
                    self.env[model]
                    .with_user(user)
                    .get_views([(False, kind) for kind in types])["views"]
                )
                for kind in types:
                    root = etree.fromstring(views[kind]["arch"])
                    self.assertTrue(root.xpath("//field"), f"{model} {kind}")

    def test_views_of_the_module_are_all_covered(self):
        views = self.own_records("ir.ui.view").filtered("model")
        self.assertTrue(views)
        for view in views:
            self.assertIn(view.type, VIEWS[view.model], view.name)

    def test_actions_open(self):
        actions = self.own_records("ir.actions.act_window")
        self.assertEqual(len(actions), 9)
        for action in actions:
            model = self.env[action.res_model].with_user(self.manager)
            kinds = action.view_mode.split(",")
            views = model.get_views([(False, kind) for kind in [*kinds, "search"]])
            self.assertLessEqual(set(kinds), set(views["views"]))
            filters = etree.fromstring(views["views"]["search"]["arch"]).xpath(
                "//filter/@name"
            )
            for name in safe_eval(action.context or "{}"):
                if name.startswith("search_default_"):
                    self.assertIn(name.removeprefix("search_default_"), filters)

    def test_menus_are_shown_to_their_groups(self):
        own = self.own_records("ir.ui.menu")
        menus = {
            name: self.env.ref(f"l10n_fr_apprenticeship.menu_{name}").id
            for name in (*FOR_USERS, *FOR_MANAGERS)
        }
        self.assertEqual(set(own.ids), set(menus.values()))
        internal = self.new_user("internal", "base.group_user")
        shown = {
            user: set(self.env["ir.ui.menu"].with_user(user).load_menus(False))
            & set(own.ids)
            for user in (internal, self.user, self.manager)
        }
        self.assertEqual(shown[internal], set())
        self.assertEqual(shown[self.user], {menus[name] for name in FOR_USERS})
        self.assertEqual(shown[self.manager], set(own.ids))

    def test_search_filters_work(self):
        views = self.own_records("ir.ui.view").filtered(
            lambda view: view.type == "search"
        )
        self.assertEqual(len(views), 4)
        for view in views:
            model = self.env[view.model].with_user(self.manager)
            arch = etree.fromstring(model.get_view(view.id, "search")["arch"])
            for domain in arch.xpath("//filter/@domain"):
                model.search(safe_eval(domain, {"uid": self.manager.id}), limit=1)
            for domain in arch.xpath("//field/@filter_domain"):
                model.search(safe_eval(domain, {"self": "MARTIN"}), limit=1)
            for context in arch.xpath("//filter/@context"):
                group = safe_eval(context)["group_by"]
                model.formatted_read_group([], [group], ["__count"])

    def test_only_the_current_version_is_listed_by_default(self):
        contract = self.new_contract()
        amendment = self.new_contract(origin_id=contract.id, amendment_number=1)
        action = self.env.ref("l10n_fr_apprenticeship.apprenticeship_contract_action")
        self.assertEqual(safe_eval(action.context), {"search_default_current": 1})
        arch = etree.fromstring(self.Contract.get_view(view_type="search")["arch"])
        [domain] = arch.xpath("//filter[@name='current']/@domain")
        both = [("id", "in", (contract | amendment).ids)]
        self.assertEqual(self.Contract.search(both + safe_eval(domain)), amendment)

    def test_codes_in_force_are_filtered(self):
        codes = self.env["apprenticeship.code"]
        arch = etree.fromstring(codes.get_view(view_type="search")["arch"])
        [domain] = arch.xpath("//filter[@name='in_force']/@domain")
        found = codes.search(safe_eval(domain))
        self.assertIn(self.code("nationality", "1"), found)
        self.assertNotIn(self.env.ref("l10n_fr_apprenticeship.code_diploma_71"), found)

    def test_manager_describes_a_training(self):
        form = Form(self.env["apprenticeship.training"].with_user(self.manager))
        form.name = "CAP Fleuriste"
        form.diploma_type_id = self.code("diploma", "33")
        form.diploma_code = "50025421"
        form.rncp = "40474"
        form.hours = 800
        form.yearly_cost = 7000
        training = form.save()
        self.assertEqual(training.currency_id, self.env.ref("base.EUR"))
        self.assertEqual(training.yearly_cost, 7000)

    def test_user_fills_in_the_partner_s_page(self):
        form = Form(self.env["res.partner"].with_user(self.user))
        form.name = "ROUX Jo"
        form.apprenticeship_birth_name = "ROUX"
        form.apprenticeship_birth_date = "2006-05-14"
        partner = form.save()
        self.assertEqual(partner.apprenticeship_birth_name, "ROUX")

    def test_partner_s_page_is_for_contract_users(self):
        internal = self.new_user("internal", "base.group_user")
        for user, shown in ((self.user, True), (internal, False)):
            arch = self.env["res.partner"].with_user(user).get_view(view_type="form")
            pages = etree.fromstring(arch["arch"]).xpath("//page/@name")
            self.assertEqual("apprenticeship" in pages, shown)
