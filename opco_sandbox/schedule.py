# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Payment schedule of an engaged dossier (norm, 4.5): rough but plausible amounts.

Each contract year pays 40 % at once, 30 % at month 7, 20 % at month 10 and 10 % at
its end (decree 2025-585), by days.
"""

from datetime import date, timedelta

ANNUAL_AMOUNT = 6621.00
# the rest is the balance of the year
SHARES = ((0, 0.40), (6, 0.30), (9, 0.20))
# paid by the employer, hence deducted, from level 6 up
EMPLOYER_PARTICIPATION = 750.00
FIRST_EQUIPMENT = 500.00
MEAL_PRICE = 3
LAST_CODE = "99"


def schedule(cerfa):
    """Return ``echeances`` of the norm, nothing paid yet.

    :param cerfa: a validated dossier
    """
    return schedule_until(cerfa, date.max)


def schedule_until(cerfa, day):
    """Return ``echeances`` of a contract ended early on this day."""
    start = wire_date(cerfa["contrat"]["dateDebutContrat"])
    end = min(wire_date(cerfa["contrat"]["dateFinContrat"]), day)
    if end < start:
        return []
    lines = [line for year in _years(start, end) for line in _lines(*year)]
    if cerfa["formation"]["typeDiplome"] >= 60:
        opening, amount = lines[0]
        lines[0] = (opening, max(amount - EMPLOYER_PARTICIPATION, 0))
    siret = cerfa["organismeFormation"]["siret"]
    last = len(lines)
    return [
        _echeance(number, LAST_CODE if number == last else str(number), line, siret)
        for number, line in enumerate(lines, 1)
    ]


def paid(echeances):
    """Return the same schedule, entirely paid."""
    return [line | {"montantRegle": line["montantTotal"]} for line in echeances]


def ancillary_costs():
    """Return ``engagementsFraisAnnexe``: meals and first equipment."""
    return [
        {
            "natureFrais": "Restauration",
            "quantite": 100,
            "prixUnitaire": MEAL_PRICE,
            "montantTotal": 100 * MEAL_PRICE,
        },
        {
            "natureFrais": "Premierequipement",
            "quantite": 1,
            "prixUnitaire": FIRST_EQUIPMENT,
            "montantTotal": FIRST_EQUIPMENT,
        },
    ]


def billing_details(settled):
    """Return ``detailsFacturation`` of an engaged dossier."""
    return {
        "fraisPremierEquipementRegles": settled,
        "fraisMobiliteRegles": False,
        "plafondFraisPremierEquipement": FIRST_EQUIPMENT,
        "plafondFraisMobilite": 0,
        "periodesFraisAnnexes": [],
    }


def wire_date(text):
    """Return the date part of a date-time of the norm; no time zone is shifted."""
    return date.fromisoformat(text[:10])


def wire_text(day):
    """Return a date as the norm's answers write it."""
    return f"{day.isoformat()}T00:00:00+0000"


def add_months(day, months):
    """Return the same day some months later, or the last day of that month."""
    year, month = divmod(day.month - 1 + months, 12)
    first = date(day.year + year, month + 1, 1)
    next_first = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return min(first + timedelta(days=day.day - 1), next_first - timedelta(days=1))


def _years(start, end):
    opening, number = start, 0
    while opening <= end:
        number += 1
        following = add_months(start, 12 * number)
        yield opening, min(end, following - timedelta(days=1))
        opening = following


def _lines(first_day, last_day):
    days = min((last_day - first_day).days + 1, 365)
    amount = ANNUAL_AMOUNT * days / 365
    lines, left = [], round(amount, 2)
    for months, share in SHARES:
        opening = add_months(first_day, months)
        if opening <= last_day:
            lines.append((opening, round(amount * share, 2)))
            left -= lines[-1][1]
    lines.append((last_day + timedelta(days=1), round(left, 2)))
    return lines


def _echeance(number, code, line, siret):
    opening, amount = line
    return {
        "numero": number,
        "codification": code,
        "dateOuverture": wire_text(opening),
        "dateDebut": None,
        "dateFin": None,
        "montantTotal": round(amount, 2),
        "dontMontantPedagogie": round(amount, 2),
        "dontMajorationRqth": 0,
        "montantRegle": 0,
        "montantEnCoursInstruction": 0,
        "siretCfa": siret,
    }
