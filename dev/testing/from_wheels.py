# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
# ruff: noqa: F821
"""Read by « odoo shell »: what is installed comes from the wheels, whole."""

import os
from importlib.metadata import distribution
from pathlib import Path

from odoo.modules import Manifest

for addon in ("l10n_fr_apprenticeship", "opco_ep_connector"):
    manifest = Manifest.for_addon(addon)
    if not Path(manifest.path).is_relative_to(os.environ["WHEELS"]):
        raise SystemExit(f"{addon} was found in {manifest.path}")
    module = env["ir.module.module"].search([("name", "=", addon)])
    if module.state != "installed":
        raise SystemExit(f"{addon} is {module.state}")
    wheel = distribution(f"odoo-addon-{addon}")
    if wheel.version != manifest["version"]:
        raise SystemExit(f"the wheel of {addon} says {wheel.version}")
    needs = manifest["external_dependencies"]["python"]
    if not set(needs) <= set(wheel.requires):
        raise SystemExit(f"the wheel of {addon} asks for {wheel.requires}, not {needs}")
    if not module.icon_image or "contents" not in module.description_html:
        raise SystemExit(f"« Apps » has no icon or no page of {addon}")
