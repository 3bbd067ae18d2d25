# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What must be undone before Odoo removes an add-on of the project."""

from odoo.tools import SQL


def drop_references(cr, prefix):
    """Drop the foreign keys to the tables whose name begins so.

    Odoo deletes the records that an add-on ships before it drops the tables: PostgreSQL
    would refuse each record that is referred to, with an error in the log.
    """
    cr.execute(
        SQL(
            "SELECT owner.relname, link.conname FROM pg_constraint link"
            " JOIN pg_class owner ON owner.oid = link.conrelid"
            " JOIN pg_class target ON target.oid = link.confrelid"
            " WHERE link.contype = 'f' AND starts_with(target.relname, %s)",
            prefix,
        )
    )
    for table, name in cr.fetchall():
        cr.execute(
            SQL(
                "ALTER TABLE %s DROP CONSTRAINT %s",
                SQL.identifier(table),
                SQL.identifier(name),
            )
        )
