# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from . import controllers
from . import models
from . import report
from . import wizards
from .convergence.redact import install_log_filters
from .models.journal_triggers import forget_functions

# PostgreSQL refusals are logged with their values, calls with their arguments (at debug
# level), failures with their text: a NIR could be among them.
install_log_filters(
    "odoo.sql_db",
    "odoo.http",
    "odoo.service.model",
    "odoo.addons.base.models.ir_cron",
)


def uninstall_hook(env):
    forget_functions(env.cr)
