# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The command « opco_vault » of odoo-bin."""

import sys

from cryptography.fernet import Fernet

from odoo import SUPERUSER_ID, api
from odoo.cli import Command
from odoo.modules.registry import Registry
from odoo.tools import config

NEW_KEY = "new-key"
REENCRYPT = "reencrypt"
USAGE = """\
usage: odoo-bin [--addons-path=PATH,…] opco_vault new-key
       odoo-bin [--addons-path=PATH,…] opco_vault reencrypt -d DATABASE -c FILE"""
HOW_TO_KEEP = """\
{key}

This is a new master key. Keep it outside the database and its backups:
* in the environment of the server:  OPCO_MASTER_KEYS={key}
* or in its configuration file:      opco_master_keys = {key}
Several keys are separated by commas; the first one encrypts. To change keys, put the
new one first, restart, run
    odoo-bin --addons-path=PATH opco_vault reencrypt -d DATABASE -c FILE
where FILE is the server's configuration, then remove the old one and restart. A lost
master key cannot be made again: the tokens would have to be pasted anew.
"""


class OpcoVault(Command):
    """Make a master key, or seal every secret again with the first one."""

    name = "opco_vault"

    def run(self, args):
        operation = args[0] if args else None
        if operation == NEW_KEY:
            key = Fernet.generate_key().decode()
            sys.stdout.write(HOW_TO_KEEP.format(key=key))
        elif operation == REENCRYPT:
            self._reencrypt(args[1:])
        else:
            sys.exit(USAGE)

    def _reencrypt(self, options):
        config.parse_config(options, setup_logging=True)
        if len(config["db_name"]) != 1:
            sys.exit("Give the database: odoo-bin opco_vault reencrypt -d DATABASE")
        with Registry(config["db_name"][0]).cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            connections = env["opco.connection"].search([])
            unreadable = connections._reencrypt_secrets()
            names = ", ".join(unreadable.mapped("name"))
        sealed = len(connections - unreadable)
        sys.stdout.write(f"{sealed} connection(s) under the first master key.\n")
        if unreadable:
            sys.exit(f"Unreadable, left as they are: {names}")
