# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A large CFA: 100,000 contracts and their history, written in bulk.

One contract is made, transmitted and received as any other; the rest are copies of its
rows with other people, dates and states, inserted by PostgreSQL. It commits: only for a
database that is dropped afterwards.
"""

import io
import json

from odoo.tools import SQL

from odoo.addons.opco_ep_connector.sealed_content import (
    CURRENT_FORMAT,
    sealed_content,
)
from odoo.addons.opco_ep_connector.verify_journal import answer_digest, content_digest

from benchmarks.contracts import create_contracts
from benchmarks.delivery import deliver, officer

CONTRACTS, TRANSMISSIONS, EXCHANGES = 100_000, 300_000, 500_000
EMPLOYERS, APPRENTICES, TUTORS = 20_000, 70_000, 10_000
PARTNERS = EMPLOYERS + APPRENTICES + TUTORS
DOSSIERS_FROM_ELSEWHERE, PROPOSED = 2_000, 200
BATCHES, ACTIVITIES = 200, 2_000
DOCUMENT_KINDS = ("convention", "completion_certificate")
ANSWER = json.dumps({"numeroInterne": "AP-2026-000001", "message": "Dossier reçu" * 10})

# Of each hundred contracts: up to which one, and how it stands.
#   last, state, transport_state, opco_state, oldest start, youngest start (days ago)
CASES = (
    (1, "draft", None, None, 10, -60),
    (2, "draft", "rejected", None, 40, -10),
    (3, "ready", None, None, 10, -40),
    (4, "ready", "retry", None, 5, -20),
    (5, "ready", "unknown", None, 5, -20),
    (11, "ready", "sent", "transmitted", 60, -10),
    (39, "active", "sent", "committed", 720, 1),
    (94, "ended", "sent", "settled", 2800, 730),
    (97, "broken", "sent", "broken", 2000, 60),
    (98, "cancelled", None, None, 2000, 60),
    (99, "active", "sent", "committed", 300, 1),
)
# The last of each hundred amends this one.
AMENDED, AMENDMENT = 37, 99


def fill(env, connection):
    """Write everything, and commit."""
    seed = create_contracts(env, 1).with_user(officer(env))
    env.cr.commit()
    deliver(env, seed._transmit().sudo())
    seed = seed.sudo()
    env.flush_all()
    env.cr.execute(_CASES)
    partners = _add_partners(env, seed)
    contracts = _add_contracts(env, seed, partners)
    _add_pay_periods(env, seed, contracts)
    rows = _add_transmissions(env, seed, contracts)
    _add_dossiers(env, seed, contracts)
    _add_documents(env, seed, contracts)
    _add_activities(env, contracts)
    _add_exchanges(env, connection, rows)
    env.cr.commit()
    env.invalidate_all(flush=False)


def tidy(env):
    """Do what the autovacuum would soon do, so that nothing is measured before it."""
    with env.registry.cursor() as cr:
        cr._cnx.autocommit = True
        cr._cnx.cursor().execute("VACUUM ANALYZE")


_CASES = SQL(
    """
    CREATE TEMP TABLE scale_case AS
    SELECT n, c.*,
           CURRENT_DATE - c.oldest + (n * 7919) %% (c.oldest - c.youngest) AS starts_on
      FROM generate_series(1, %s) n
      JOIN LATERAL (
           SELECT *
             FROM (VALUES %s) AS c
                  (last, state, transport_state, opco_state, oldest, youngest)
            WHERE n %% 100 <= c.last
         ORDER BY c.last
            LIMIT 1
           ) c ON TRUE
    """,
    CONTRACTS,
    SQL(", ").join(SQL("%s", case) for case in CASES),
)


def _copy(env, table, seed_ids, source, expressions):
    """Insert a copy of the seed rows for each row of `source`.

    :param source: SQL that is joined, with its conditions
    :param expressions: SQL of the columns that are not copied as they are
    """
    env.cr.execute(
        SQL(
            "SELECT column_name FROM information_schema.columns"
            " WHERE table_name = %s AND is_generated = 'NEVER'",
            table,
        )
    )
    names = [name for (name,) in env.cr.fetchall()]
    unknown = expressions.keys() - set(names)
    if unknown:
        raise SystemExit(f"{table} has no {unknown}")
    if "id" not in expressions:
        names.remove("id")
    values = [
        SQL("(%s)", expressions[name])
        if name in expressions
        else SQL("seed.%s", SQL.identifier(name))
        for name in names
    ]
    env.cr.execute(
        SQL(
            "INSERT INTO %s (%s) SELECT %s FROM %s seed CROSS JOIN %s"
            " WHERE seed.id IN %s",
            SQL.identifier(table),
            SQL(", ").join(map(SQL.identifier, names)),
            SQL(", ").join(values),
            SQL.identifier(table),
            source,
            tuple(seed_ids),
        )
    )
    env.cr.execute(
        SQL(
            "SELECT setval(pg_get_serial_sequence(%s, 'id'), max(id)) FROM %s",
            table,
            SQL.identifier(table),
        )
    )


def _last_id(env, table):
    [(last,)] = env.execute_query(
        SQL("SELECT COALESCE(max(id), 0) FROM %s", SQL.identifier(table))
    )
    return last


def _series(count):
    return SQL("generate_series(1, %s) n", count)


def _add_partners(env, seed):
    """Return the last id before those of the employers, apprentices and tutors."""
    before = {}
    for field, count, name in (
        ("employer_id", EMPLOYERS, "Boulangerie "),
        ("apprentice_id", APPRENTICES, "MARTIN Jean "),
        ("tutor_id", TUTORS, "DURAND Claire "),
    ):
        before[field] = base = _last_id(env, "res_partner")
        named = SQL("%s || n", name)
        _copy(
            env,
            "res_partner",
            seed[field].ids,
            _series(count),
            {
                "id": SQL("%s + n", base),
                "name": named,
                "complete_name": named,
                "commercial_partner_id": SQL("%s + n", base),
                "write_date": SQL("now() - interval '200 days'"),
            },
        )
    return before


def _add_contracts(env, seed, partners):
    base = _last_id(env, "apprenticeship_contract")
    is_sent = SQL("c.transport_state = 'sent'")
    number = SQL("CASE WHEN %s THEN (3000000 + n)::text END", is_sent)
    awaits_deposit = SQL(
        "c.state IN ('draft', 'ready') AND c.transport_state IS DISTINCT FROM 'sent'"
    )
    awaits_answer = SQL("c.opco_state = 'transmitted'")
    is_amendment = SQL("n %% 100 = %s", AMENDMENT)
    _copy(
        env,
        "apprenticeship_contract",
        seed.ids,
        SQL("scale_case c"),
        {
            "id": SQL("%s + n", base),
            "name": SQL("'AP/SCALE/' || n"),
            "user_id": SQL("CASE WHEN n %% 10 = 0 THEN %s ELSE 2 END", officer(env).id),
            "employer_id": SQL("%s + 1 + n %% %s", partners["employer_id"], EMPLOYERS),
            "apprentice_id": SQL(
                "%s + 1 + n %% %s", partners["apprentice_id"], APPRENTICES
            ),
            "tutor_id": SQL("%s + 1 + n %% %s", partners["tutor_id"], TUTORS),
            "state": SQL("c.state"),
            "origin_id": SQL(
                "CASE WHEN %s THEN %s + n - %s END",
                is_amendment,
                base,
                AMENDMENT - AMENDED,
            ),
            "amendment_number": SQL("CASE WHEN %s THEN 1 ELSE 0 END", is_amendment),
            "is_current": SQL("n %% 100 != %s", AMENDED),
            "date_start": SQL("c.starts_on"),
            "date_conclusion": SQL("c.starts_on - 10"),
            "date_practical_training": SQL("c.starts_on"),
            "date_end": SQL("c.starts_on + 729"),
            "deca_number": SQL(
                "CASE WHEN c.opco_state IN ('committed', 'settled', 'broken')"
                " THEN '075202609' || lpad((n %% 1000000)::text, 6, '0') END"
            ),
            "deposit_deadline": SQL("c.starts_on + 7"),
            "deposit_alert_on": SQL("c.starts_on + 3"),
            "deadline": SQL(
                "CASE WHEN %s THEN c.starts_on + 7"
                " WHEN %s THEN CURRENT_DATE - 5 + n %% 25 END",
                awaits_deposit,
                awaits_answer,
            ),
            "deadline_alert_on": SQL(
                "CASE WHEN %s THEN c.starts_on + 3"
                " WHEN %s THEN CURRENT_DATE - 10 + n %% 25 END",
                awaits_deposit,
                awaits_answer,
            ),
            "opco_answer_deadline": SQL(
                "CASE WHEN %s THEN CURRENT_DATE - 5 + n %% 25 END", awaits_answer
            ),
            "opco_transport_state": SQL("c.transport_state"),
            "opco_state": SQL("c.opco_state"),
            "opco_raw_state": SQL("upper(c.opco_state)"),
            "opco_environment": SQL(
                "CASE WHEN c.transport_state IS NOT NULL THEN seed.opco_environment END"
            ),
            "opco_internal_number": number,
            "opco_external_number": SQL("'EP-2026-' || %s", number),
            "opco_message": SQL(
                "CASE WHEN c.transport_state = 'rejected'"
                " THEN 'IDCC inconnu' ELSE seed.opco_message END"
            ),
            "opco_answered_at": SQL(
                "CASE WHEN %s THEN c.starts_on + interval '9 hours' END", is_sent
            ),
            "opco_next_try_at": SQL(
                "CASE WHEN c.transport_state = 'retry'"
                " THEN now() + interval '1 day' END"
            ),
            "opco_match_key": SQL("md5(n::text)"),
            "opco_is_modified": SQL("%s AND n %% 500 = 30", is_sent),
            "create_date": SQL("c.starts_on - 20"),
            "write_date": SQL("LEAST(now() - interval '2 days', c.starts_on + 30)"),
        },
    )
    return base


def _add_pay_periods(env, seed, contracts):
    periods = env["apprenticeship.pay.period"].search([("contract_id", "=", seed.id)])
    _copy(
        env,
        "apprenticeship_pay_period",
        periods.ids,
        SQL("scale_case c"),
        {
            "contract_id": SQL("%s + n", contracts),
            "date_start": SQL("c.starts_on + (seed.year - 1) * 365"),
            "date_end": SQL("c.starts_on + seed.year * 365 - 1"),
            "write_date": SQL("now() - interval '200 days'"),
        },
    )


def _add_transmissions(env, seed, contracts):
    """Three of each contract: rejected, given up, and the one that counts."""
    base = _last_id(env, "opco_transmission")
    batches = env["opco.batch"].create(
        [
            {
                "name": f"SCALE {number}",
                "company_id": seed.company_id.id,
                "user_id": officer(env).id,
            }
            for number in range(BATCHES)
        ]
    )
    env.flush_all()
    state = SQL(
        "CASE k WHEN 1 THEN 'rejected' WHEN 2 THEN 'cancelled'"
        " ELSE COALESCE(c.transport_state, 'cancelled') END"
    )
    is_sent = SQL("k = 3 AND c.transport_state = 'sent'")
    _copy(
        env,
        "opco_transmission",
        seed.opco_transmission_ids.ids,
        SQL("scale_case c CROSS JOIN generate_series(1, 3) k"),
        {
            "id": SQL("%s + (n - 1) * 3 + k", base),
            "contract_id": SQL("%s + n", contracts),
            "reference": SQL("'AP/SCALE/' || n"),
            "state": state,
            "is_live": SQL(
                "k = 3 AND c.transport_state IN ('sent', 'retry', 'unknown')"
            ),
            "is_first": SQL("k = 1"),
            "batch_id": SQL(
                "CASE WHEN k = 3 AND n %% 2 = 0 THEN %s + n %% %s END",
                min(batches.ids),
                BATCHES,
            ),
            "message": SQL("CASE WHEN k = 1 THEN 'IDCC inconnu' ELSE seed.message END"),
            "answered_at": SQL("c.starts_on + interval '8 hours' * k"),
            "next_try_at": SQL("now() + interval '1 day'"),
            "compared_at": SQL("now()"),
            "internal_number": SQL(
                "CASE WHEN %s THEN (3000000 + n)::text END", is_sent
            ),
            "external_number": SQL(
                "CASE WHEN %s THEN 'EP-2026-' || (3000000 + n) END", is_sent
            ),
            "create_date": SQL("c.starts_on - 3 + k"),
            "write_date": SQL("c.starts_on + k"),
        },
    )
    return base


def _add_dossiers(env, seed, contracts):
    """One of each contract received, and some deposited elsewhere."""
    dossier = env["opco.dossier"].search([("contract_id", "=", seed.id)])
    common = {
        "first_seen_at": SQL("c.starts_on + interval '9 hours'"),
        "state_changed_at": SQL("c.starts_on + interval '12 days'"),
        "detail_read_at": SQL("now()"),
        "date_start": SQL("c.starts_on"),
        "match_key": SQL("md5('dossier' || n)"),
    }
    _copy(
        env,
        "opco_dossier",
        dossier.ids,
        SQL("(SELECT * FROM scale_case WHERE transport_state = 'sent') c"),
        common
        | {
            "contract_id": SQL("%s + n", contracts),
            "internal_number": SQL("(3000000 + n)::text"),
            "external_number": SQL("'EP-2026-' || (3000000 + n)"),
            "state": SQL("c.opco_state"),
            "raw_state": SQL("upper(c.opco_state)"),
            "committed_at": SQL(
                "CASE WHEN c.opco_state != 'transmitted'"
                " THEN c.starts_on + interval '12 days' END"
            ),
        },
    )
    _copy(
        env,
        "opco_dossier",
        dossier.ids,
        SQL(
            "(SELECT *, row_number() OVER (ORDER BY n) AS rank FROM scale_case"
            " WHERE state = 'draft' AND transport_state IS NULL LIMIT %s) c",
            DOSSIERS_FROM_ELSEWHERE,
        ),
        common
        | {
            "contract_id": SQL("NULL::int"),
            "proposed_contract_id": SQL(
                "CASE WHEN c.rank <= %s THEN %s + n END", PROPOSED, contracts
            ),
            "internal_number": SQL("(9000000 + n)::text"),
            "external_number": SQL("'EP-2026-' || (9000000 + n)"),
        },
    )


def _add_documents(env, seed, contracts):
    env.cr.execute(
        SQL(
            "INSERT INTO apprenticeship_document (contract_id, company_id, kind, state,"
            " is_personal, is_current, name, size, sha256, received_at, create_date,"
            " write_date)"
            " SELECT %s + n, %s, kind, CASE n %% 10 WHEN 0 THEN 'received'"
            " WHEN 1 THEN 'rejected' ELSE 'validated' END, FALSE, TRUE, kind || '.pdf',"
            " 200000, md5(n || kind), now(), now(), now()"
            " FROM scale_case CROSS JOIN unnest(%s) kind",
            contracts,
            seed.company_id.id,
            list(DOCUMENT_KINDS),
        )
    )


def _add_activities(env, contracts):
    kind = env.ref("mail.mail_activity_data_todo")
    model = env["ir.model"]._get("apprenticeship.contract")
    env.cr.execute(
        SQL(
            "INSERT INTO mail_activity (res_model_id, res_model, res_id,"
            " activity_type_id, user_id, summary, date_deadline, active)"
            " SELECT %s, %s, %s + n, %s, %s, 'Relire', CURRENT_DATE - 20 + n %% 40,"
            " TRUE FROM generate_series(1, %s) n",
            model.id,
            model.model,
            contracts,
            kind.id,
            officer(env).id,
            ACTIVITIES,
        )
    )


# --------------------------------------------------------------------- the journal
EXCHANGE_COLUMNS = (
    "connection_id",
    "company_id",
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
    "response_salt",
    "response_body",
    "response_digest",
    "digest_format",
    "digest",
    "create_date",
)


def _add_exchanges(env, connection, transmissions):
    """Write unsealed rows as `create` would have; the sealer seals them."""
    lines = io.StringIO()
    for number in range(EXCHANGES):
        values = _exchange(connection, transmissions, number)
        lines.write("\t".join(map(_copied, values)) + "\n")
    lines.seek(0)
    columns = ", ".join(EXCHANGE_COLUMNS)
    env.cr._obj.copy_expert(f"COPY opco_exchange ({columns}) FROM STDIN", lines)


def _copied(value):
    return r"\N" if value is None else str(value).replace("\\", r"\\")


def _exchange(connection, transmissions, number):
    row = number * TRANSMISSIONS // EXCHANGES
    salt = f"{number:032x}"
    answer = answer_digest(salt, ANSWER)
    outcome = ("rejected", "unknown", "accepted")[row % 3]
    started_at = (
        f"20{19 + row * 8 // TRANSMISSIONS}-{row % 12 + 1:02}-{row % 28 + 1:02}"
    )
    content = {
        "environment": connection.environment,
        "reference": f"AP/SCALE/{row // 3 + 1}",
        "siret": connection.siret,
        "sender": "Bench",
        "operation": "contract",
        "method": "POST",
        "url": "https://opco.example/v1/dossiers",
        "outcome": outcome,
        "http_status": 200,
        "started_at": f"{started_at} 09:30:00",
        "duration_ms": 120 + number % 300,
        "request_sha256": None,
        "file_sha256": None,
        "response_digest": answer,
    }
    sealed = sealed_content(content | {"digest_format": CURRENT_FORMAT})
    known = content | {
        "connection_id": connection.id,
        "company_id": connection.company_id.id or None,
        "transmission_id": transmissions + 1 + row,
        "response_salt": salt,
        "response_body": ANSWER,
        "digest_format": CURRENT_FORMAT,
        "digest": content_digest(sealed),
        "create_date": content["started_at"],
    }
    return [known[name] for name in EXCHANGE_COLUMNS]
