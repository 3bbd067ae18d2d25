# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Rules across fields of a dossier (norm, section 2).

A rule takes a Reader and yields problems. A rule stays silent about a value that is
absent or malformed: the schema has already said so.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from .formats import is_date_time

MAJORITY = 18
FIRST_CONCLUSION = date(2020, 1, 1)
PUBLIC_EMPLOYERS = range(21, 31)
AMENDMENTS = range(31, 39)
FOLLOWING_CONTRACTS = range(21, 24)


@dataclass(frozen=True)
class Problem:
    """One reason to refuse a dossier."""

    code: str
    path: str
    sentence: str


class Reader:
    """Reads a dossier that may be malformed; None means nothing usable."""

    def __init__(self, cerfa, today):
        self.cerfa = cerfa
        self.today = today

    def value(self, path):
        """Return the value at a dotted path below ``cerfa``, or None."""
        value = self.cerfa
        for key in path.split("."):
            value = value.get(key) if isinstance(value, dict) else None
        return value

    def whole(self, path):
        """Return the whole number at this path, or None."""
        value = self.value(path)
        if isinstance(value, bool) or not isinstance(value, int | float):
            return None
        # JSON makes no difference between 31 and 31.0
        return int(value) if value == value // 1 else None

    def day(self, path):
        """Return the date at this path, or None."""
        return to_day(self.value(path))


def to_day(value):
    """Return the date part of a valid date-time, or None."""
    if isinstance(value, str) and is_date_time(value):
        return date.fromisoformat(value[:10])
    return None


def birthday(born, years):
    """Return the day someone born on ``born`` reaches this age."""
    try:
        return born.replace(year=born.year + years)
    except ValueError:
        return date(born.year + years, 3, 1)


def conclusion(dossier):
    """Concluded since 2020, not in the future; a contract, not after its start."""
    concluded = dossier.day("contrat.dateConclusion")
    start = dossier.day("contrat.dateDebutContrat")
    amended = dossier.whole("contrat.typeContratApp") in AMENDMENTS
    path = "cerfa.contrat.dateConclusion"
    if concluded is None:
        return
    if concluded < FIRST_CONCLUSION:
        yield Problem(
            "DATE_INCOHERENTE",
            path,
            f"la date de conclusion ({concluded:%d/%m/%Y}) est antérieure au"
            " 01/01/2020",
        )
    if concluded > dossier.today:
        yield Problem(
            "DATE_INCOHERENTE",
            path,
            f"la date de conclusion ({concluded:%d/%m/%Y}) est dans le futur",
        )
    if start and concluded > start and not amended:
        yield Problem(
            "DATE_INCOHERENTE",
            path,
            f"la date de conclusion ({concluded:%d/%m/%Y}) est postérieure au début"
            f" du contrat ({start:%d/%m/%Y})",
        )


def contract_end(dossier):
    """The contract ends after it starts."""
    start = dossier.day("contrat.dateDebutContrat")
    end = dossier.day("contrat.dateFinContrat")
    if start and end and end <= start:
        yield Problem(
            "DATE_INCOHERENTE",
            "cerfa.contrat.dateFinContrat",
            f"la fin du contrat ({end:%d/%m/%Y}) n'est pas postérieure à son début"
            f" ({start:%d/%m/%Y})",
        )


def training_end(dossier):
    """The training ends after it starts."""
    start = dossier.day("formation.dateDebutFormation")
    end = dossier.day("formation.dateFinFormation")
    if start and end and end <= start:
        yield Problem(
            "DATE_INCOHERENTE",
            "cerfa.formation.dateFinFormation",
            f"la fin de la formation ({end:%d/%m/%Y}) n'est pas postérieure à son"
            f" début ({start:%d/%m/%Y})",
        )


def distance_hours(dossier):
    """Hours at a distance are part of the training hours."""
    hours = dossier.whole("formation.dureeFormation")
    distance = dossier.whole("formation.nombreHeuresEnDistanciel")
    if hours is not None and distance is not None and distance > hours:
        yield Problem(
            "HEURES_INCOHERENTES",
            "cerfa.formation.nombreHeuresEnDistanciel",
            f"{distance} heures à distance pour {hours} heures de formation",
        )


def legal_representative(dossier):
    """A minor at the conclusion has a legal representative.

    The wire does not say whether a minor is emancipated: always required.
    """
    born = dossier.day("apprenti.dateNaissance")
    concluded = dossier.day("contrat.dateConclusion")
    if born is None or concluded is None:
        return
    if concluded < birthday(born, MAJORITY) and not dossier.value(
        "apprenti.responsableLegal"
    ):
        yield Problem(
            "CHAMP_OBLIGATOIRE",
            "cerfa.apprenti.responsableLegal",
            "obligatoire : l'apprenti est mineur à la conclusion du contrat"
            f" (né le {born:%d/%m/%Y})",
        )


def adult_tutors(dossier):
    """Tutors are adults when the contract starts."""
    start = dossier.day("contrat.dateDebutContrat")
    for tutor in ("maitre1", "maitre2"):
        born = dossier.day(f"{tutor}.dateNaissance")
        if born and start and start < birthday(born, MAJORITY):
            yield Problem(
                "MAITRE_MINEUR",
                f"cerfa.{tutor}.dateNaissance",
                "le maître d'apprentissage est mineur au début du contrat"
                f" (né le {born:%d/%m/%Y})",
            )


def disability_boxes(dossier):
    """The two extension boxes exist only without a recognised disability."""
    if dossier.value("apprenti.handicap") is not True:
        return
    for field in ("droitsRqthExtensionBOE", "droitsRqthEquivalenceJeune"):
        if dossier.value(f"apprenti.{field}") is not None:
            yield Problem(
                "CHAMP_INTERDIT",
                f"cerfa.apprenti.{field}",
                "attendu seulement quand apprenti.handicap vaut false",
            )


def public_scheme(dossier):
    """Only a public employer joins the specific unemployment scheme."""
    kind = dossier.whole("employeur.typeEmployeur")
    if kind is None or kind in PUBLIC_EMPLOYERS:
        return
    if dossier.value("employeur.regimeSpecifique") is not None:
        yield Problem(
            "CHAMP_INTERDIT",
            "cerfa.employeur.regimeSpecifique",
            "attendu seulement pour un employeur public"
            f" (employeur.typeEmployeur vaut {kind})",
        )


def training_place(dossier):
    """A training place of its own is described."""
    if dossier.value("organismeFormation.lieuFormationIdentique") is False:
        if not dossier.value("organismeFormationLieuFormationPrincipal"):
            yield Problem(
                "CHAMP_OBLIGATOIRE",
                "cerfa.organismeFormationLieuFormationPrincipal",
                "obligatoire : organismeFormation.lieuFormationIdentique vaut false",
            )


def previous_contract(dossier):
    """Following contracts and amendments name the contract before them."""
    kind = dossier.whole("contrat.typeContratApp")
    if kind is None:
        return
    needs = []
    if kind in FOLLOWING_CONTRACTS or kind in AMENDMENTS:
        needs.append("numeroContratPrecedent")
    if kind in AMENDMENTS:
        needs.append("dateEffetAvenant")
    for field in needs:
        if dossier.value(f"contrat.{field}") is None:
            yield Problem(
                "CHAMP_OBLIGATOIRE",
                f"cerfa.contrat.{field}",
                f"obligatoire quand contrat.typeContratApp vaut {kind}",
            )


def amendment_effect(dossier):
    """An amendment takes effect within the contract."""
    effect = dossier.day("contrat.dateEffetAvenant")
    start = dossier.day("contrat.dateDebutContrat")
    end = dossier.day("contrat.dateFinContrat")
    if effect and start and end and not start <= effect <= end:
        yield Problem(
            "DATE_INCOHERENTE",
            "cerfa.contrat.dateEffetAvenant",
            f"l'effet de l'avenant ({effect:%d/%m/%Y}) est hors du contrat"
            f" ({start:%d/%m/%Y} – {end:%d/%m/%Y})",
        )


def pay_orders(dossier):
    """Each pay period has its own number."""
    seen = set()
    for index, period in _pay_periods(dossier):
        order = period.get("ordre")
        if not isinstance(order, str):
            continue
        if order in seen:
            yield Problem(
                "REMUNERATION_INCOHERENTE",
                f"{_pay_path(index)}.ordre",
                f"l'ordre « {order} » est déjà utilisé",
            )
        seen.add(order)


def pay_coverage(dossier):
    """Pay periods follow each other and cover the whole contract."""
    periods = []
    for index, period in _pay_periods(dossier):
        first, last = to_day(period.get("dateDebut")), to_day(period.get("dateFin"))
        if first is None or last is None:
            return
        periods.append((first, last, index))
        if last < first:
            yield _pay_problem(
                index,
                "dateFin",
                f"la période finit le {last:%d/%m/%Y}, avant son début",
            )
            return
    if periods:
        periods.sort()
        yield from _gaps(periods)
        yield from _uncovered_ends(dossier, periods)


def _gaps(periods):
    for (_, before, _), (first, _, index) in zip(periods, periods[1:], strict=False):
        if first != before + timedelta(days=1):
            yield _pay_problem(
                index,
                "dateDebut",
                f"la période commence le {first:%d/%m/%Y} alors que la précédente"
                f" finit le {before:%d/%m/%Y}",
            )


def _uncovered_ends(dossier, periods):
    start = dossier.day("contrat.dateDebutContrat")
    end = dossier.day("contrat.dateFinContrat")
    first, _, first_index = periods[0]
    _, last, last_index = periods[-1]
    if start and first > start:
        yield _pay_problem(
            first_index,
            "dateDebut",
            f"la rémunération commence le {first:%d/%m/%Y}, après le début du contrat"
            f" ({start:%d/%m/%Y})",
        )
    if end and last < end:
        yield _pay_problem(
            last_index,
            "dateFin",
            f"la rémunération finit le {last:%d/%m/%Y}, avant la fin du contrat"
            f" ({end:%d/%m/%Y})",
        )


def _pay_periods(dossier):
    periods = dossier.value("contrat.remunerationsAnnuelles")
    for index, period in enumerate(periods if isinstance(periods, list) else []):
        if isinstance(period, dict):
            yield index, period


def _pay_path(index):
    return f"cerfa.contrat.remunerationsAnnuelles[{index}]"


def _pay_problem(index, field, sentence):
    return Problem("REMUNERATION_INCOHERENTE", f"{_pay_path(index)}.{field}", sentence)


RULES = (
    conclusion,
    contract_end,
    training_end,
    distance_hours,
    legal_representative,
    adult_tutors,
    disability_boxes,
    public_scheme,
    training_place,
    previous_contract,
    amendment_effect,
    pay_orders,
    pay_coverage,
)
