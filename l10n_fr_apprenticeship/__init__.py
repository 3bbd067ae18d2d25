# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from . import controllers
from . import models
from . import report
from . import wizards
from .uninstalling import drop_references


def uninstall_hook(env):
    drop_references(env.cr, "apprenticeship_")
