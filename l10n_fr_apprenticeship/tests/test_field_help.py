# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from lxml import etree

from odoo.tests import tagged

from .common import ApprenticeshipCase

# The screens on which the form is filled in: (model, view).
FORMS = (
    ("apprenticeship.contract", "apprenticeship_contract_view_form"),
    ("apprenticeship.training", "apprenticeship_training_view_form"),
    ("res.partner", "view_partner_form"),
)
# Drawn by widgets of their own, which say what they show.
WIDGETS = ("findings", "completeness", "amendment_changes", "document_checklist")


@tagged("post_install", "-at_install")
class TestFieldHelp(ApprenticeshipCase):
    """Whoever fills in the form is told, box by box, what goes there."""

    def shown_fields(self):
        """Yield (field, node, form) for every field that a person sees on the forms."""
        for model, view in FORMS:
            form = etree.fromstring(self.env.ref(f"l10n_fr_apprenticeship.{view}").arch)
            for node in form.iter("field"):
                if node.get("invisible") != "1" and node.get("name") not in WIDGETS:
                    yield self.field_of(model, node), node, form

    def field_of(self, model, node):
        """A list within the form is about the records that its field holds."""
        holder = next(node.iterancestors("field"), None)
        if holder is not None:
            model = self.field_of(model, holder).comodel_name
        return self.env[model]._fields[node.get("name")]

    def test_every_field_shown_has_a_help(self):
        for field, _node, _form in self.shown_fields():
            with self.subTest(field=str(field)):
                help_text = field._description_help(self.env) or ""
                self.assertRegex(help_text, r"^\S+( \S+){3,}\.$")

    def test_every_field_shown_has_a_label(self):
        for field, node, form in self.shown_fields():
            with self.subTest(field=str(field)):
                label = node.get("string") or field._description_string(self.env)
                self.assertRegex(label, r"^[^_]+$")
                if node.get("nolabel"):
                    self.assertTrue(form.xpath(f"//label[@for='{field.name}']"))
