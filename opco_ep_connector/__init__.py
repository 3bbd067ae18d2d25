# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import logging

from odoo.addons.l10n_fr_apprenticeship.uninstalling import drop_references

from . import controllers
from . import models
from . import report
from . import wizards
from .convergence.redact import install_log_filters
from .models.journal_triggers import forget_functions

_logger = logging.getLogger(__name__)

# PostgreSQL refusals are logged with their values, calls with their arguments (at debug
# level), failures with their text: a NIR could be among them.
install_log_filters(
    "odoo.sql_db",
    "odoo.http",
    "odoo.service.model",
    "odoo.addons.base.models.ir_cron",
)


def uninstall_hook(env):
    counted = {
        name: env[f"opco.{name}"].with_context(active_test=False).search_count([])
        for name in ("connection", "transmission", "exchange", "dossier")
    }
    _logger.info(
        "The contracts stay, with their chatter and their attachments. What goes: "
        "%(connection)s connections and their secrets, %(transmission)s transmissions, "
        "%(exchange)s exchanges of the sealed journal, %(dossier)s files of the OPCO.",
        counted,
    )
    forget_functions(env.cr)
    drop_references(env.cr, "opco_")
