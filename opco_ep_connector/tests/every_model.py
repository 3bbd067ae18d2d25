# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What the two add-ons define, found by looking, and a record of each model."""

import inspect
import io

from odoo import fields

from odoo.addons.l10n_fr_apprenticeship.tests.pdf_files import pdf

ADDONS = (
    "odoo.addons.l10n_fr_apprenticeship.",
    "odoo.addons.opco_ep_connector.",
)


def own_models(env):
    """Return the names of the models that the add-ons make, wizards included."""
    return {
        name
        for name, model in env.items()
        if not model._abstract and f"odoo.addons.{model._original_module}." in ADDONS
    }


def public_methods(env):
    """Yield each model and public method that the add-ons define themselves."""
    for name, model in sorted(env.items()):
        methods = {
            method
            for base in type(model).mro()
            if base.__module__.startswith(ADDONS)
            for method, value in vars(base).items()
            if inspect.isfunction(value) and not method.startswith("_")
        }
        for method in sorted(methods):
            yield name, method


def secret_fields(env):
    """Return (model, field) of what nobody reads through the ORM."""
    return [
        (name, field)
        for name in sorted(own_models(env))
        for field, described in env[name]._fields.items()
        if described.groups == fields.NO_ACCESS
    ]


def one_of_each(case):
    """Return a record of each model of the add-ons, by its name.

    :param case: a `ConnectorCase`, whose superuser makes them
    """
    env = case.env
    contract = case.new_contract()
    row = case.send(contract)
    blocked = case.new_contract(apprentice_nir=False)
    override = env["apprenticeship.override"].create(
        {"contract_id": blocked.id, "rule_id": "OBL-02", "reason": "En cours"}
    )
    contract.action_open_agreement()
    preparation = blocked._opco_prepare()[0]
    simulation = blocked.action_simulate()
    transmit = env["opco.transmit"]._open([preparation])
    imported = env["apprenticeship.import"].create(
        {
            "company_id": case.company.id,
            "issue_ids": [fields.Command.create({"seen": "X", "sentence": "Y"})],
        }
    )
    rule = env.ref("opco_ep_connector.retention_exchanges_since_2024")
    purge = env["apprenticeship.purge"].create(
        {
            "line_ids": [
                fields.Command.create(
                    {
                        "rule_id": rule.id,
                        "contract_ids": [fields.Command.set(contract.ids)],
                    }
                )
            ]
        }
    )
    review = env["opco.access.review"]._open_quarter(case.company)
    batch = env["opco.batch"].create(
        {
            "name": "Lot",
            "company_id": case.company.id,
            "user_id": case.transmitter.id,
            "left_out_ids": [fields.Command.set(blocked.ids)],
        }
    )
    rejected = case.send(case.new_contract_of_closed_employer())
    (row | rejected).batch_id = batch
    # The delivery has begun it.
    chain = env["opco.chain"].search([("connection_id", "=", case.connection.id)])
    integrity = env["opco.integrity.check"].create(
        {"line_ids": [fields.Command.create({"chain_id": chain.id})]}
    )
    dossier = contract._opco_dossiers()
    dossier.copy({"internal_number": "0", "contract_id": False}).write(
        {"proposed_contract_id": contract.id}
    )
    of_connection = {"connection_id": case.connection.id}
    transmit = env["opco.transmit"].browse(transmit["res_id"])
    document = env["apprenticeship.document"]._receive(
        contract, "identity", "Carte.pdf", io.BytesIO(pdf())
    )
    contract.signing_place = "LYON"
    comparison = env["opco.comparison"].browse(contract.action_opco_compare()["res_id"])
    records = [
        contract,
        document,
        contract.pay_period_ids[0],
        contract.training_id,
        contract.agreement_id,
        override,
        imported,
        imported.issue_ids,
        rule,
        purge,
        purge.line_ids,
        case.connection,
        case.connection.profile_id,
        case.connection.key_event_ids[0],
        row,
        row.exchange_ids[0],
        env["opco.transmission.report"].browse(row.id),
        dossier,
        batch,
        chain,
        integrity,
        integrity.line_ids,
        env["opco.audit.pack"].create(
            {
                "contract_ids": [fields.Command.set(contract.ids)],
                "company_ids": [fields.Command.set(case.company.ids)],
            }
        ),
        env.ref("opco_ep_connector.error_employer_closed"),
        env["opco.health"].create(of_connection),
        env["opco.polling"]._of(case.connection),
        env["opco.link"].create({"dossier_id": dossier.id, "contract_id": contract.id}),
        env["opco.detach"].create({"contract_id": contract.id, "reason": "Erreur"}),
        env["opco.key.rotation"].create(of_connection),
        env["opco.environment.change"].create(of_connection | {"environment": "test"}),
        env["opco.key.coverage"].create({"company_id": case.company.id}),
        review,
        review.line_ids[0],
        env["apprenticeship.amend"].create(
            {
                "contract_id": contract.id,
                "reason_id": case.code("contract_type", "36").id,
                "date_effect": contract.date_start,
            }
        ),
        env["apprenticeship.termination"].create({"contract_id": contract.id}),
        env["opco.simulation"].browse(simulation["res_id"]),
        comparison,
        comparison.line_ids,
        transmit,
        transmit.line_ids,
        env["apprenticeship.code"].search([], limit=1),
        env["apprenticeship.smic"].search([], limit=1),
        env["apprenticeship.pay.rate"].search([], limit=1),
        env["apprenticeship.idcc"].search([], limit=1),
    ]
    return {record._name: record.ensure_one() for record in records}
