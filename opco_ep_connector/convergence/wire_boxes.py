# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The one table of what a box of the form is called on the wire (norm §2).

`payload` builds the body from it, in its order; errors of the OPCO are led back to the
form by it.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import dropwhile
from typing import TYPE_CHECKING, Any

from . import wire_formats as formats
from .profile import Profile

if TYPE_CHECKING:
    from cerfa.form import Cerfa

Format = Callable[[Any, Profile], Any]
Condition = Callable[["Cerfa"], bool]


@dataclass(frozen=True)
class Wire:
    """A field of the wire, the box it comes from, and how it is spelled.

    `source` is the attribute read where it is not the box itself; `when` says which
    forms carry the field.
    """

    field: str
    box: str
    spell: Format = formats.text
    source: str | None = None
    when: Condition | None = None

    def under(self, field: str, box: str) -> "Wire":
        """Return the same line for a part that stands inside another."""
        return replace(self, field=f"{field}.{self.field}", box=f"{box}.{self.box}")


#: Boxes that no field of the norm carries, and why.
NOT_ON_THE_WIRE = {
    "apprentice.emancipated": "shows as the absence of responsableLegal",
}

#: The key of the proving signature, before the profile's spelling of it.
PROVING_SIGNATURE = "CERFASignatureProbante"


def _is_public_employer(cerfa: "Cerfa") -> bool:
    employer_type = str(_reach(cerfa, "employer.employer_type") or "").strip()
    return employer_type.isdigit() and int(employer_type) >= 21


def _is_not_disabled_worker(cerfa: "Cerfa") -> bool:
    return _reach(cerfa, "apprentice.disabled_worker") is False


def _has_another_place(cerfa: "Cerfa") -> bool:
    return _reach(cerfa, "training_centre.is_main_place") is False


_ADDRESS = (
    Wire("adresse1", "street"),
    Wire("adresse2", "street2"),
    Wire("codePostal", "zip", formats.compact),
    Wire("commune", "city"),
)

_TUTOR = (
    Wire("nom", "birth_name"),
    Wire("prenom", "first_name"),
    Wire("dateNaissance", "birth_date", formats.day),
    Wire("courriel", "email", formats.email),
    Wire("emploiOccupe", "job"),
    Wire("intituleDiplomeObtenu", "diploma_title"),
    Wire("niveauDiplomeObtenu", "diploma_level", formats.code),
)


def _address(field: str, box: str) -> tuple[Wire, ...]:
    return tuple(line.under(field, box) for line in _ADDRESS)


def _tutor(field: str, box: str) -> tuple[Wire, ...]:
    return tuple(line.under(field, box) for line in _TUTOR)


#: One line of ``remunerationsAnnuelles`` ↔ one pay period.
PAY_LINE = (
    Wire("ordre", "year", source="order"),
    Wire("ordre", "number", source="order"),
    Wire("dateDebut", "date_start", formats.day),
    Wire("dateFin", "date_end", formats.day),
    Wire("taux", "rate", formats.number),
    Wire("typeSalaire", "basis", formats.compact),
)
PAY_FIELD = "contrat.remunerationsAnnuelles"
PAY_BOX = "contract.pay_periods"


def _pay_lines(value: Any, profile: Profile) -> list[dict[str, Any]]:
    return [spell_part(period, PAY_LINE, profile) for period in value]


TABLE = (
    Wire("employeur.denomination", "employer.name"),
    Wire("employeur.siret", "employer.siret", formats.compact),
    Wire("employeur.naf", "employer.naf", formats.compact),
    Wire("employeur.nombreDeSalaries", "employer.headcount", formats.integer),
    Wire("employeur.codeIdcc", "employer.idcc", formats.idcc),
    Wire("employeur.telephone", "employer.phone", formats.phone),
    Wire("employeur.courriel", "employer.email", formats.email),
    *_address("employeur.adresse", "employer.address"),
    Wire("employeur.nom", "employer.representative_name"),
    Wire("employeur.prenom", "employer.representative_first_name"),
    Wire("employeur.typeEmployeur", "employer.employer_type", formats.code),
    Wire("employeur.employeurSpecifique", "employer.specific_employer", formats.code),
    Wire("employeur.caisseComplementaire", "employer.pension_fund"),
    Wire(
        "employeur.regimeSpecifique",
        "employer.public_unemployment_scheme",
        formats.boolean,
        when=_is_public_employer,
    ),
    Wire(
        "employeur.attestationEligibilite",
        "employer.tutor_eligibility_attested",
        formats.boolean,
    ),
    Wire(
        "employeur.attestationPieces",
        "employer.supporting_documents_attested",
        formats.boolean,
    ),
    Wire("apprenti.nom", "apprentice.birth_name"),
    Wire("apprenti.nomUsage", "apprentice.usage_name"),
    Wire("apprenti.prenom", "apprentice.first_name"),
    Wire("apprenti.sexe", "apprentice.sex", formats.compact),
    Wire("apprenti.nationalite", "apprentice.nationality", formats.code),
    Wire("apprenti.dateNaissance", "apprentice.birth_date", formats.day),
    Wire(
        "apprenti.departementNaissance",
        "apprentice.birth_department",
        formats.department,
    ),
    Wire("apprenti.communeNaissance", "apprentice.birth_city"),
    Wire("apprenti.nir", "apprentice.nir", formats.nir),
    Wire("apprenti.regimeSocial", "apprentice.social_scheme", formats.code),
    Wire("apprenti.handicap", "apprentice.disabled_worker", formats.boolean),
    Wire(
        "apprenti.droitsRqthExtensionBOE",
        "apprentice.disability_boe_extension",
        formats.boolean,
        when=_is_not_disabled_worker,
    ),
    Wire(
        "apprenti.droitsRqthEquivalenceJeune",
        "apprentice.disability_youth_equivalence",
        formats.boolean,
        when=_is_not_disabled_worker,
    ),
    Wire("apprenti.situationAvantContrat", "apprentice.situation_before", formats.code),
    Wire("apprenti.diplome", "apprentice.highest_diploma", formats.code),
    Wire("apprenti.derniereClasse", "apprentice.last_class", formats.class_code),
    Wire("apprenti.diplomePrepare", "apprentice.last_diploma_prepared", formats.code),
    Wire("apprenti.intituleDiplomePrepare", "apprentice.last_diploma_title"),
    Wire("apprenti.telephone", "apprentice.phone", formats.phone),
    Wire("apprenti.courriel", "apprentice.email", formats.email),
    *_address("apprenti.adresse", "apprentice.address"),
    Wire("apprenti.responsableLegal.nom", "apprentice.legal_representative.birth_name"),
    Wire(
        "apprenti.responsableLegal.prenom",
        "apprentice.legal_representative.first_name",
    ),
    Wire(
        "apprenti.responsableLegal.courriel",
        "apprentice.legal_representative.email",
        formats.email,
    ),
    *_address(
        "apprenti.responsableLegal.adresse", "apprentice.legal_representative.address"
    ),
    Wire(
        "apprenti.inscriptionSportifDeHautNiveau",
        "apprentice.top_level_athlete",
        formats.boolean,
    ),
    Wire(
        "apprenti.projetCreationRepriseEntreprise",
        "apprentice.business_project",
        formats.boolean,
    ),
    *_tutor("maitre1", "tutor"),
    *_tutor("maitre2", "second_tutor"),
    Wire("formation.rncp", "training.rncp", formats.rncp),
    Wire("formation.codeDiplome", "training.diploma_code", formats.compact),
    Wire("formation.typeDiplome", "training.diploma_type", formats.code),
    Wire("formation.intituleQualification", "training.title"),
    Wire("formation.dateDebutFormation", "training.date_start", formats.day),
    Wire("formation.dateFinFormation", "training.date_end", formats.day),
    Wire("formation.dureeFormation", "training.hours", formats.integer),
    Wire(
        "formation.nombreHeuresEnDistanciel", "training.distance_hours", formats.integer
    ),
    Wire("contrat.modeContractuel", "contract.mode", formats.code),
    Wire("contrat.typeContratApp", "contract.contract_type", formats.code),
    Wire("contrat.numeroContratPrecedent", "contract.previous_number", formats.compact),
    Wire("contrat.dateConclusion", "contract.date_conclusion", formats.day),
    Wire("contrat.dateDebutContrat", "contract.date_start", formats.day),
    Wire(
        "contrat.dateFormationPratiqueEmployeur",
        "contract.date_practical_training",
        formats.day,
    ),
    Wire("contrat.dateFinContrat", "contract.date_end", formats.day),
    Wire("contrat.dateEffetAvenant", "contract.date_amendment_effect", formats.day),
    Wire("contrat.lieuSignatureContrat", "contract.signing_place"),
    Wire("contrat.typeDerogation", "contract.derogation", formats.optional_code),
    Wire("contrat.dureeTravailHebdoHeures", "contract.weekly_hours", formats.integer),
    Wire(
        "contrat.dureeTravailHebdoMinutes", "contract.weekly_minutes", formats.integer
    ),
    Wire("contrat.travailRisque", "contract.hazardous_work", formats.boolean),
    Wire("contrat.salaireEmbauche", "contract.gross_monthly_wage", formats.number),
    Wire("contrat.avantageNourriture", "contract.meal_benefit", formats.number),
    Wire("contrat.avantageLogement", "contract.housing_benefit", formats.number),
    Wire("contrat.autreAvantageEnNature", "contract.other_benefit", formats.boolean),
    Wire(PAY_FIELD, PAY_BOX, _pay_lines),
    Wire("organismeFormation.denomination", "training_centre.name"),
    Wire(
        "organismeFormation.formationInterne",
        "training_centre.in_house",
        formats.boolean,
    ),
    Wire("organismeFormation.siret", "training_centre.siret", formats.compact),
    Wire("organismeFormation.uaiCfa", "training_centre.uai", formats.compact),
    Wire("organismeFormation.visaCfa", "training_centre.visa", formats.boolean),
    *_address("organismeFormation.adresse", "training_centre.address"),
    Wire(
        "organismeFormation.lieuFormationIdentique",
        "training_centre.is_main_place",
        formats.boolean,
    ),
    *(
        replace(line, when=_has_another_place).under(
            "organismeFormationLieuFormationPrincipal", "training_place"
        )
        for line in (
            Wire("denomination", "name"),
            Wire("siret", "siret", formats.compact),
            Wire("uaiCfa", "uai", formats.compact),
            *_address("adresse", "address"),
        )
    ),
    Wire("versionCERFA", "version"),
    Wire(PROVING_SIGNATURE, "proving_signature", formats.boolean),
)


def spell_part(
    part: Any, table: tuple[Wire, ...], profile: Profile, whole: Any = None
) -> dict[str, Any]:
    """Return `part` of a form as nested JSON objects; what is absent is left out."""
    spelled: dict[str, Any] = {}
    for line in table:
        if line.when is not None and not line.when(whole):
            continue
        value = _reach(part, line.source or line.box)
        if value is not None and value != "":
            value = line.spell(value, profile)
        if value is not None and value != "":
            put(spelled, line.field, value)
    return spelled


def cerfa_box(json_path: str) -> str | None:
    """Return the box of the form a wire path speaks of, None when there is none.

    Accepts what errors are seen to hold: ``cerfa.apprenti.nir``,
    ``$.cerfa.employeur.siret``, ``employeur.siret``, ``#/cerfa/contrat``, in any case;
    ``contrat.remunerationsAnnuelles[0].taux`` is ``contract.pay_periods.0.rate``.
    """
    names = [name for name in re.split(r"[.\[\]/]+", json_path.lower()) if name]
    names = list(dropwhile(_leads_to_the_form, names))
    box = _boxes_by_field().get(".".join(n for n in names if not n.isdigit()))
    # Only the lines of pay are numbered on the form.
    return box and (_numbered(box, names) if box.startswith(PAY_BOX) else box)


def _leads_to_the_form(name: str) -> bool:
    return name in ("$", "#", "cerfa") or name.isdigit()


def wire_path(box: str) -> str | None:
    """Return where a box stands on the wire, None when it does not travel.

    ``apprentice.nir`` is ``cerfa.apprenti.nir``; the second pay period is
    ``contract.pay_periods.1`` and ``cerfa.contrat.remunerationsAnnuelles.1``.
    """
    names = box.split(".")
    field = _fields_by_box().get(".".join(n for n in names if not n.isdigit()))
    return field and f"cerfa.{_numbered(field, names)}"


def _numbered(path: str, like: list[str]) -> str:
    """Put the indexes of `like` at the same places of `path`, as deep."""
    numbered = path.split(".")
    for position, name in enumerate(like):
        if name.isdigit():
            numbered.insert(position, name)
    return ".".join(numbered)


@lru_cache
def _boxes_by_field() -> dict[str, str]:
    boxes: dict[str, str] = {}
    for field, box in _pairs():
        boxes.setdefault(field.lower(), box)
    return boxes


@lru_cache
def _fields_by_box() -> dict[str, str]:
    return {box: field for field, box in _pairs()}


def _pairs() -> Iterator[tuple[str, str]]:
    """Yield each field with its box, then each group of fields with its group."""
    lines = [*TABLE, *(line.under(PAY_FIELD, PAY_BOX) for line in PAY_LINE)]
    for line in lines:
        field, box = line.field.split("."), line.box.split(".")
        for depth in range(len(field), 0, -1):
            yield ".".join(field[:depth]), ".".join(box[:depth])


def _reach(part: Any, path: str) -> Any:
    for name in path.split("."):
        part = getattr(part, name, None)
        if part is None:
            return None
    return part


def put(target: dict[str, Any], path: str, value: Any) -> None:
    """Set a value at a dotted path of nested objects, making those it lacks."""
    *groups, name = path.split(".")
    for group in groups:
        target = target.setdefault(group, {})
    target[name] = value
