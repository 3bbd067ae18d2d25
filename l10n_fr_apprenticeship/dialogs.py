# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).


def dialog(record, title, size="large"):
    """Return the action that shows a record's form over the page.

    :param size: of the web client: small, medium, large or extra-large
    """
    return {
        "type": "ir.actions.act_window",
        "name": title,
        "res_model": record._name,
        "res_id": record.id,
        "view_mode": "form",
        "views": [(False, "form")],
        "target": "new",
        "context": {"dialog_size": size},
    }
