# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Fictitious complete contracts, each with its own employer, apprentice and tutor."""

from datetime import date

CENTRE_SIRET = "90000002700012"
ADDRESS = {"street": "3 rue du Sud", "zip": "44000", "city": "Nantes"}
PAY = (
    (1, 1, date(2026, 9, 1), date(2027, 5, 31), 43),
    (1, 2, date(2027, 6, 1), date(2027, 8, 31), 53),
    (2, 1, date(2027, 9, 1), date(2028, 8, 31), 61),
)


def create_contracts(env, count):
    """Create complete contracts, one call of create() per model.

    :rtype: recordset of `apprenticeship.contract`
    """
    env = env(context={**env.context, "tracking_disable": True})
    code = _codes(env)
    employers = _partners(env, count, _employer(env, code))
    apprentices = _partners(env, count, _apprentice())
    tutors = _partners(env, count, _tutor(code))
    centre = _partners(env, 1, _centre(env))
    training = env["apprenticeship.training"].create(_training(code))
    contracts = env["apprenticeship.contract"].create(
        [
            {
                **_contract(code),
                "apprentice_nir": _nir(number),
                "employer_id": employer.id,
                "apprentice_id": apprentice.id,
                "tutor_id": tutor.id,
                "training_centre_id": centre.id,
                "training_id": training.id,
            }
            for number, (employer, apprentice, tutor) in enumerate(
                zip(employers, apprentices, tutors, strict=True)
            )
        ]
    )
    env["apprenticeship.pay.period"].create(
        [vals for contract in contracts for vals in _pay_periods(contract)]
    )
    return contracts


def _codes(env):
    def code(table, value):
        return env.ref(f"l10n_fr_apprenticeship.code_{table}_{value}").id

    return code


def _partners(env, count, vals):
    return env["res.partner"].create(
        [{**vals, "name": f"{vals['name']} {number}"} for number in range(count)]
    )


def _employer(env, code):
    return {
        **ADDRESS,
        "name": "Boulangerie",
        "is_company": True,
        "country_id": env.ref("base.fr").id,
        "company_registry": "90000001900019",
        "phone": "02 40 00 00 11",
        "email": "contact@boulangerie.example",
        "apprenticeship_naf": "1071C",
        "apprenticeship_headcount": 7,
        "apprenticeship_idcc": "0843",
        "apprenticeship_employer_type_id": code("employer_type", "11"),
        "apprenticeship_specific_employer_id": code("specific_employer", "0"),
        "apprenticeship_pension_fund": "CAISSE EXEMPLE",
    }


def _apprentice():
    return {
        **ADDRESS,
        "name": "MARTIN Jean",
        "phone": "06 00 00 00 02",
        "email": "jean.martin@courrier.example",
        "apprenticeship_birth_name": "MARTIN",
        "apprenticeship_first_name": "Jean",
        "apprenticeship_sex": "M",
        "apprenticeship_birth_date": date(2006, 5, 14),
        "apprenticeship_birth_department": "075",
        "apprenticeship_birth_city": "PARIS 19",
    }


def _tutor(code):
    return {
        "name": "DURAND Claire",
        "email": "claire.durand@boulangerie.example",
        "function": "Cheffe boulangère",
        "apprenticeship_birth_name": "DURAND",
        "apprenticeship_first_name": "Claire",
        "apprenticeship_birth_date": date(1980, 2, 2),
        "apprenticeship_diploma_title": "BP Boulanger",
        "apprenticeship_diploma_level_id": code("tutor_diploma_level", "4"),
    }


def _centre(env):
    return {
        **ADDRESS,
        "name": "CFA EXEMPLE",
        "is_company": True,
        "country_id": env.ref("base.fr").id,
        "company_registry": CENTRE_SIRET,
        "apprenticeship_uai": "0750000T",
    }


def _training(code):
    return {
        "name": "BP Boulanger",
        "diploma_type_id": code("diploma", "49"),
        "diploma_code": "45022104",
        "rncp": "RNCP38764",
        "hours": 840,
        "distance_hours": 0,
    }


def _contract(code):
    return {
        "employer_tutor_eligibility_attested": True,
        "employer_supporting_documents_attested": True,
        "apprentice_nationality_id": code("nationality", "1"),
        "apprentice_social_scheme_id": code("social_scheme", "2"),
        "apprentice_situation_before_id": code("situation_before", "1"),
        "apprentice_last_diploma_prepared_id": code("diploma", "33"),
        "apprentice_last_class_id": code("last_class", "01"),
        "apprentice_last_diploma_title": "CAP Boulanger",
        "apprentice_highest_diploma_id": code("diploma", "33"),
        "contract_mode_id": code("contract_mode", "1"),
        "contract_type_id": code("contract_type", "11"),
        "date_conclusion": date(2026, 8, 20),
        "date_start": date(2026, 9, 1),
        "date_practical_training": date(2026, 9, 1),
        "date_end": date(2028, 8, 31),
        "weekly_hours": 35,
        "gross_monthly_wage": 802.82,
        "signing_place": "Nantes",
        "training_date_start": date(2026, 9, 7),
        "training_date_end": date(2028, 7, 5),
        "training_centre_visa": True,
        "proving_signature": True,
    }


def _nir(number):
    """Return the NIR of another man born in Paris in May 2006."""
    town, order = divmod(number, 999)
    return f"1060575{town + 1:03}{order + 1:03}"


def _pay_periods(contract):
    for year, number, start, end, rate in PAY:
        yield {
            "contract_id": contract.id,
            "year": year,
            "number": number,
            "date_start": start,
            "date_end": end,
            "rate": rate,
        }
