# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Every row of a database, written to a file, then compared with another time's.

A command, with the environment of dev/settings.sh:

* ``rows.py save DATABASE FILE``;
* ``rows.py kept FROM TO``: no row is lost and no value of a former column has changed,
  outside what the add-ons ship and rewrite at each update;
* ``rows.py same FROM TO``: nothing at all differs, but the time of the last write;
* ``rows.py beside PREFIX FROM TO``: the contracts and what they name are as before, but
  for the columns whose name begins so.
"""

import json
import re
import sys
from pathlib import Path

from psycopg2 import sql

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from databases import cursor  # noqa: E402

SHOWN = 20
ADDONS = {"l10n_fr_apprenticeship", "opco_ep_connector"}
# What Odoo makes from the code of the modules: models, fields, views, actions, menus.
MADE_FROM_CODE = re.compile(r"ir_(act|actions|asset|model|module|rule|ui)(_|$)")
# What Odoo itself writes at each update: a wish to run its own cleaning, and a number
# by which its processes know that they must read the modules again.
WRITTEN_EACH_TIME = {"ir_cron_trigger", "orm_signaling_registry"}
CONTRACTS = {
    "apprenticeship_contract",
    "apprenticeship_pay_period",
    "apprenticeship_training",
    "res_partner",
}
# Whoever had no other group than the add-on's is no longer an internal user.
FROM_GROUPS = {"partner_share"}
# Written at each update even where the values are those of before: the last write, and
# the text that a view had before it, which Odoo keeps to go back to it.
STAMPS = {"arch_prev", "write_date", "write_uid"}
TABLES = """
    SELECT t.relname, array_remove(array_agg(a.attname ORDER BY a.attnum), NULL)
      FROM pg_class t
      LEFT JOIN pg_index i ON i.indrelid = t.oid AND i.indisprimary
      LEFT JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = ANY(i.indkey)
     WHERE t.relnamespace = 'public'::regnamespace AND t.relkind = 'r'
     GROUP BY t.relname
"""


def read(database):
    """Return {table: {primary key: row}}; without a key, a row stands for itself."""
    tables = {}
    with cursor(database) as cr:
        cr.execute(TABLES)
        for table, key in cr.fetchall():
            statement = sql.SQL("SELECT to_jsonb(t) FROM {} t")
            cr.execute(statement.format(sql.Identifier(table)))
            tables[table] = {
                json.dumps([row[name] for name in key] or row, sort_keys=True): row
                for (row,) in cr.fetchall()
            }
    return tables


def shipped(tables):
    """Return the (table, key) of the records that an update of the add-ons rewrites."""
    return {
        (data["model"].replace(".", "_"), json.dumps([data["res_id"]]))
        for data in tables["ir_model_data"].values()
        if data["module"] in ADDONS and not data["noupdate"]
    }


def of_contracts(tables, prefix):
    """Return the contracts and what they name, without the columns that begin so."""
    return {
        table: {
            key: {
                name: value
                for name, value in row.items()
                if not name.startswith(prefix) and name not in FROM_GROUPS
            }
            for key, row in tables[table].items()
        }
        for table in CONTRACTS
    }


def losses(before, after, rewritten):
    """Yield what was there before and is not any more.

    :param rewritten: the (table, key) of the rows whose values may change
    """
    for table, rows in before.items():
        if MADE_FROM_CODE.match(table) or table in WRITTEN_EACH_TIME:
            continue
        if table not in after:
            yield f"{table} is gone, with {len(rows)} rows"
            continue
        for key, row in rows.items():
            if key not in after[table]:
                yield f"{table} {key} is gone: {row}"
            elif (table, key) not in rewritten:
                yield from _changes(table, key, row, after[table][key], set(row))


def differences(before, after):
    """Yield all that differs."""
    for table in (before.keys() | after.keys()) - WRITTEN_EACH_TIME:
        former, latter = before.get(table, {}), after.get(table, {})
        for key in former.keys() ^ latter.keys():
            state = "is gone" if key in former else "is new"
            yield f"{table} {key} {state}: {former.get(key) or latter[key]}"
        for key in former.keys() & latter.keys():
            columns = former[key].keys() | latter[key].keys()
            yield from _changes(table, key, former[key], latter[key], columns)


def _changes(table, key, former, latter, columns):
    for name in sorted(columns - STAMPS):
        if name not in latter:
            yield f"{table} {key}: {name} is gone, it was {former[name]!r}"
        elif former.get(name) != latter[name]:
            yield f"{table} {key}: {name} was {former.get(name)!r}, is {latter[name]!r}"


def main(command, *arguments):
    """Run one command; return the exit code."""
    if command == "save":
        database, file = arguments
        Path(file).write_text(json.dumps(read(database)), encoding="utf-8")
        return 0
    *options, before, after = arguments
    before, after = (
        json.loads(Path(file).read_text(encoding="utf-8")) for file in (before, after)
    )
    if command == "kept":
        found = list(losses(before, after, shipped(before)))
    elif command == "same":
        found = list(differences(before, after))
    else:
        found = list(losses(of_contracts(before, *options), after, frozenset()))
    for line in sorted(found)[:SHOWN]:
        print(line[:400])
    if len(found) > SHOWN:
        print(f"{len(found) - SHOWN} more")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
