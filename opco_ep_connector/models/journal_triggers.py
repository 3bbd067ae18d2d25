# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""PostgreSQL refuses to change the journal, whoever asks.

Only what a seal covers is protected, column by column: a module update, the deletion of
a user or the erasure of an answer touch other columns.
"""

from odoo.tools import SQL

# Named in full: a later column is not protected before somebody decides it.
PROTECTED_COLUMNS = (
    "connection_id",
    "transmission_id",
    "environment",
    "reference",
    "siret",
    "sender",
    "operation",
    "method",
    "url",
    "outcome",
    "http_status",
    "started_at",
    "duration_ms",
    "request_sha256",
    "file_sha256",
    "response_digest",
    "digest_format",
    "digest",
)
SEAL_COLUMNS = ("seal_number", "previous_seal", "seal", "sealed_at")
ERASABLE_COLUMNS = ("response_body", "response_salt")


def _changed(columns):
    return " OR ".join(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in columns)


_REFUSE_REMOVAL = """
CREATE OR REPLACE FUNCTION opco_journal_refuse_removal() RETURNS trigger AS $body$
BEGIN
    RAISE EXCEPTION 'The sealed journal refuses % on %', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END
$body$ LANGUAGE plpgsql
"""
_REFUSE_CHANGE = """
CREATE OR REPLACE FUNCTION opco_journal_refuse_change() RETURNS trigger AS $body$
BEGIN
    IF %(protected)s OR (OLD.seal IS NOT NULL AND (%(seals)s)) OR %(erasable)s THEN
        RAISE EXCEPTION 'The sealed journal refuses to change row %% of %%',
            OLD.id, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$body$ LANGUAGE plpgsql
""" % {
    "protected": _changed(PROTECTED_COLUMNS),
    "seals": _changed(SEAL_COLUMNS),
    "erasable": " OR ".join(
        f"(NEW.{name} IS NOT NULL AND {_changed([name])})" for name in ERASABLE_COLUMNS
    ),
}
FUNCTIONS = ("opco_journal_refuse_removal", "opco_journal_refuse_change")


def protect_exchanges(cr):
    """Install the triggers of the journal; again at each update."""
    cr.execute(_REFUSE_CHANGE)
    _set_trigger(
        cr,
        "opco_exchange",
        "opco_journal_change",
        "BEFORE UPDATE",
        "EACH ROW EXECUTE FUNCTION opco_journal_refuse_change()",
    )
    refuse_removal(cr, "opco_exchange")


def refuse_removal(cr, table):
    """Refuse DELETE and TRUNCATE on a table of the journal."""
    cr.execute(_REFUSE_REMOVAL)
    for event in ("DELETE", "TRUNCATE"):
        _set_trigger(
            cr,
            table,
            f"opco_journal_{event.lower()}",
            f"BEFORE {event}",
            "EACH STATEMENT EXECUTE FUNCTION opco_journal_refuse_removal()",
        )


def forget_functions(cr):
    """Drop what the tables do not take away with them."""
    for name in FUNCTIONS:
        cr.execute(SQL("DROP FUNCTION IF EXISTS %s() CASCADE", SQL.identifier(name)))


def _set_trigger(cr, table, name, event, action):
    cr.execute(
        SQL(
            "DROP TRIGGER IF EXISTS %s ON %s",
            SQL.identifier(name),
            SQL.identifier(table),
        )
    )
    cr.execute(
        SQL(
            "CREATE TRIGGER %s %s ON %s FOR %s",
            SQL.identifier(name),
            SQL(event),
            SQL.identifier(table),
            SQL(action),
        )
    )
