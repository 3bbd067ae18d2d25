# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Databases of the tests: copied, renamed, dropped, each with its filestore.

Also a command: ``databases.py exists NAME | drop NAME | copy FROM TO | rename FROM TO |
list PREFIX``, with the environment of dev/settings.sh.
"""

import os
import shutil
import sys
from contextlib import contextmanager
from pathlib import Path

import psycopg2
from psycopg2 import sql


@contextmanager
def cursor(database="postgres"):
    """Give a cursor on a database of the project's cluster; each statement commits."""
    link = psycopg2.connect(
        host=os.environ["PG_SOCKET"],
        port=os.environ["PG_PORT"],
        user="odoo",
        dbname=database,
    )
    link.autocommit = True
    try:
        with link.cursor() as cr:
            yield cr
    finally:
        link.close()


def filestore(name):
    """Return the folder of a database's attachments."""
    return Path(os.environ["ODOO_DATA"]) / "filestore" / name


def exists(name):
    """Tell whether there is such a database."""
    return name in names(name)


def names(prefix):
    """Return the names of the databases that begin so."""
    with cursor() as cr:
        cr.execute(
            "SELECT datname FROM pg_database WHERE starts_with(datname, %s)", (prefix,)
        )
        return [name for (name,) in cr.fetchall()]


def drop(name):
    """Drop a database, if there is one, even while a process uses it."""
    with cursor() as cr:
        statement = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
        cr.execute(statement.format(sql.Identifier(name)))
    shutil.rmtree(filestore(name), ignore_errors=True)


def copy(source, target):
    """Make a copy, in place of a former one; nobody may be using the source."""
    drop(target)
    with cursor() as cr:
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        cr.execute(statement.format(sql.Identifier(target), sql.Identifier(source)))
    if filestore(source).exists():
        shutil.copytree(filestore(source), filestore(target))


def rename(source, target):
    """Give another name to a database."""
    with cursor() as cr:
        statement = sql.SQL("ALTER DATABASE {} RENAME TO {}")
        cr.execute(statement.format(sql.Identifier(source), sql.Identifier(target)))
    if filestore(source).exists():
        filestore(source).rename(filestore(target))


def main(command, *arguments):
    """Run one command; return the exit code."""
    if command == "exists":
        return 0 if exists(*arguments) else 1
    if command == "list":
        print("\n".join(names(*arguments)))
    else:
        {"drop": drop, "copy": copy, "rename": rename}[command](*arguments)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
