# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The form CERFA 10103*14 as a value.

Every class is frozen and knows nothing of Odoo. A field declares, through `box`, what
the form says of it: its French label, whether it is always mandatory, how long it may
be, which code table of notice 51649#09 it takes its value from, and whether only people
entitled to personal data may read it.

Codes are strings as printed in the notice (``"01"``, ``"11"``). Money and rates are
`decimal.Decimal`. Nothing entered is ``None``; an empty text is ``None`` too.
"""

from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, get_args, get_type_hints

VERSION = "10103*14"


@dataclass(frozen=True)
class Box:
    """What the form says of one box."""

    label: str
    mandatory: bool = False
    max_length: int | None = None
    table: str | None = None
    personal: bool = False


def box(label: str, **form_rules: Any) -> Any:
    """Declare a box, or a group of boxes under one title.

    `form_rules` are the attributes of `Box`.
    """
    return field(default=None, metadata={"box": Box(label, **form_rules)})


@dataclass(frozen=True)
class Address:
    street: str | None = box("N° et voie", mandatory=True, max_length=50)
    street2: str | None = box("Complément", max_length=155)
    zip: str | None = box("Code postal", mandatory=True)
    city: str | None = box("Commune", mandatory=True, max_length=80)


@dataclass(frozen=True)
class Employer:
    name: str | None = box(
        "Nom et prénom ou dénomination", mandatory=True, max_length=80
    )
    siret: str | None = box(
        "N° SIRET de l'établissement d'exécution du contrat", mandatory=True
    )
    naf: str | None = box("Code activité de l'entreprise (NAF)", mandatory=True)
    headcount: int | None = box(
        "Effectif total salariés de l'entreprise", mandatory=True
    )
    idcc: str | None = box(
        "Code IDCC de la convention collective applicable", mandatory=True
    )
    phone: str | None = box("Téléphone", mandatory=True)
    email: str | None = box("Courriel", mandatory=True, max_length=80)
    address: Address = box("Adresse de l'établissement", mandatory=True)
    representative_name: str | None = box("Nom du signataire", max_length=200)
    representative_first_name: str | None = box("Prénom du signataire", max_length=50)
    employer_type: str | None = box(
        "Type d'employeur", mandatory=True, table="employer_type"
    )
    specific_employer: str | None = box(
        "Employeur spécifique", mandatory=True, table="specific_employer"
    )
    pension_fund: str | None = box(
        "Caisse de retraite complémentaire", mandatory=True, max_length=80
    )
    public_unemployment_scheme: bool | None = box(
        "Adhésion de l'apprenti au régime spécifique d'assurance chômage"
    )
    tutor_eligibility_attested: bool | None = box(
        "L'employeur atteste que le maître d'apprentissage répond aux critères"
        " d'éligibilité"
    )
    supporting_documents_attested: bool | None = box(
        "L'employeur atteste disposer de l'ensemble des pièces justificatives"
    )


@dataclass(frozen=True)
class LegalRepresentative:
    birth_name: str | None = box("Nom de naissance", mandatory=True, max_length=80)
    first_name: str | None = box("Prénom", mandatory=True, max_length=80)
    email: str | None = box("Courriel", mandatory=True, max_length=80)
    address: Address = box("Adresse du représentant légal", mandatory=True)


@dataclass(frozen=True)
class Apprentice:
    birth_name: str | None = box("Nom de naissance", mandatory=True, max_length=80)
    usage_name: str | None = box("Nom d'usage", max_length=80)
    first_name: str | None = box(
        "Premier prénom selon l'état civil", mandatory=True, max_length=80
    )
    sex: str | None = box("Sexe", mandatory=True)
    nationality: str | None = box("Nationalité", mandatory=True, table="nationality")
    birth_date: date | None = box("Date de naissance", mandatory=True)
    birth_department: str | None = box("Département de naissance", mandatory=True)
    birth_city: str | None = box("Commune de naissance", mandatory=True, max_length=80)
    nir: str | None = box("NIR de l'apprenti(e)", mandatory=True, personal=True)
    social_scheme: str | None = box(
        "Régime social", mandatory=True, table="social_scheme"
    )
    disabled_worker: bool | None = box(
        "Bénéficie de la reconnaissance travailleur handicapé", personal=True
    )
    disability_youth_equivalence: bool | None = box(
        "Équivalence jeunes RQTH", personal=True
    )
    disability_boe_extension: bool | None = box("Extension BOE RQTH", personal=True)
    situation_before: str | None = box(
        "Situation avant ce contrat", mandatory=True, table="situation_before"
    )
    last_diploma_prepared: str | None = box(
        "Dernier diplôme ou titre préparé", mandatory=True, table="diploma"
    )
    last_class: str | None = box(
        "Dernière classe / année suivie", mandatory=True, table="last_class"
    )
    last_diploma_title: str | None = box(
        "Intitulé précis du dernier diplôme ou titre préparé",
        mandatory=True,
        max_length=255,
    )
    highest_diploma: str | None = box(
        "Diplôme ou titre le plus élevé obtenu", mandatory=True, table="diploma"
    )
    phone: str | None = box("Téléphone", mandatory=True)
    email: str | None = box("Courriel", mandatory=True, max_length=80)
    address: Address = box("Adresse de l'apprenti(e)", mandatory=True)
    emancipated: bool | None = box("Mineur émancipé")
    legal_representative: LegalRepresentative | None = box("Représentant légal")
    top_level_athlete: bool | None = box(
        "Inscrit sur la liste des sportifs de haut niveau"
    )
    business_project: bool | None = box(
        "A un projet de création ou de reprise d'entreprise"
    )


@dataclass(frozen=True)
class Tutor:
    birth_name: str | None = box("Nom de naissance", mandatory=True, max_length=80)
    first_name: str | None = box("Prénom", mandatory=True, max_length=80)
    birth_date: date | None = box("Date de naissance", mandatory=True)
    email: str | None = box("Courriel", mandatory=True, max_length=80)
    job: str | None = box("Emploi occupé", mandatory=True, max_length=80)
    diploma_title: str | None = box(
        "Diplôme ou titre le plus élevé obtenu", mandatory=True, max_length=80
    )
    diploma_level: str | None = box(
        "Niveau de diplôme ou titre le plus élevé obtenu",
        mandatory=True,
        table="tutor_diploma_level",
    )


@dataclass(frozen=True)
class PayPeriod:
    """One line of pay; `year` is the year of execution (1-4), `number` 1 or 2."""

    year: int | None = box("Année d'exécution", mandatory=True)
    number: int | None = box("Période de l'année", mandatory=True)
    date_start: date | None = box("Du", mandatory=True)
    date_end: date | None = box("Au", mandatory=True)
    rate: Decimal | None = box("Pourcentage", mandatory=True)
    basis: str | None = box("SMIC ou SMC", mandatory=True)

    @property
    def order(self) -> str:
        """The position of the line on the form, e.g. ``"1.2"``."""
        return f"{self.year}.{self.number}"


@dataclass(frozen=True)
class Contract:
    mode: str | None = box(
        "Mode contractuel de l'apprentissage", mandatory=True, table="contract_mode"
    )
    contract_type: str | None = box(
        "Type de contrat ou d'avenant", mandatory=True, table="contract_type"
    )
    derogation: str | None = box("Type de dérogation", table="derogation")
    previous_number: str | None = box(
        "Numéro du contrat précédent ou du contrat sur lequel porte l'avenant"
    )
    date_conclusion: date | None = box("Date de conclusion", mandatory=True)
    date_start: date | None = box(
        "Date de début d'exécution du contrat", mandatory=True
    )
    date_practical_training: date | None = box(
        "Date de début de formation pratique chez l'employeur", mandatory=True
    )
    date_amendment_effect: date | None = box("Si avenant, date d'effet")
    date_end: date | None = box(
        "Date de fin du contrat ou de la période d'apprentissage", mandatory=True
    )
    weekly_hours: int | None = box(
        "Durée hebdomadaire du travail (heures)", mandatory=True
    )
    weekly_minutes: int | None = box(
        "Durée hebdomadaire du travail (minutes)", mandatory=True
    )
    hazardous_work: bool | None = box(
        "Travail sur machines dangereuses ou exposition à des risques particuliers"
    )
    pay_periods: tuple[PayPeriod, ...] | None = box("Rémunération", mandatory=True)
    gross_monthly_wage: Decimal | None = box(
        "Salaire brut mensuel à l'embauche", mandatory=True
    )
    meal_benefit: Decimal | None = box("Nourriture (€ / repas)")
    housing_benefit: Decimal | None = box("Logement (€ / mois)")
    other_benefit: bool | None = box("Autre avantage en nature")
    signing_place: str | None = box("Fait à", mandatory=True, max_length=80)


@dataclass(frozen=True)
class Training:
    diploma_type: str | None = box(
        "Diplôme ou titre visé par l'apprenti", mandatory=True, table="diploma"
    )
    title: str | None = box("Intitulé précis", mandatory=True, max_length=255)
    diploma_code: str | None = box("Code du diplôme", mandatory=True)
    rncp: str | None = box("Code RNCP", mandatory=True)
    date_start: date | None = box("Date de début de formation en CFA", mandatory=True)
    date_end: date | None = box(
        "Date prévue de fin des épreuves ou examens", mandatory=True
    )
    hours: int | None = box("Durée de la formation (heures)", mandatory=True)
    distance_hours: int | None = box(
        "dont formation à distance (heures)", mandatory=True
    )


@dataclass(frozen=True)
class TrainingPlace:
    name: str | None = box("Dénomination du lieu", mandatory=True, max_length=80)
    siret: str | None = box("N° SIRET du lieu", mandatory=True)
    uai: str | None = box("N° UAI du lieu")
    address: Address = box("Adresse du lieu", mandatory=True)


@dataclass(frozen=True)
class TrainingCentre:
    name: str | None = box(
        "Dénomination du CFA responsable", mandatory=True, max_length=80
    )
    siret: str | None = box("N° SIRET du CFA", mandatory=True)
    uai: str | None = box("N° UAI du CFA", mandatory=True)
    address: Address = box("Adresse du CFA responsable", mandatory=True)
    in_house: bool | None = box("CFA d'entreprise")
    visa: bool | None = box("Visa du CFA")
    is_main_place: bool | None = box(
        "Le CFA responsable est le lieu de formation principal"
    )


@dataclass(frozen=True)
class Cerfa:
    employer: Employer = box("L'employeur", mandatory=True)
    apprentice: Apprentice = box("L'apprenti(e)", mandatory=True)
    tutor: Tutor = box("Le maître d'apprentissage", mandatory=True)
    second_tutor: Tutor | None = box("Le second maître d'apprentissage")
    contract: Contract = box("Le contrat", mandatory=True)
    training: Training = box("La formation", mandatory=True)
    training_centre: TrainingCentre = box("Le CFA responsable", mandatory=True)
    training_place: TrainingPlace | None = box("Lieu principal de la formation")
    version: str | None = box("Version du formulaire", mandatory=True)
    proving_signature: bool | None = box("Signature électronique probante")


@lru_cache
def boxes(part_class: type) -> dict[str, Box]:
    """Return the boxes of one of the classes above, by field name, in form order."""
    return {found.name: found.metadata["box"] for found in fields(part_class)}


def part_class(owner: type, name: str) -> type | None:
    """Return the class that field `name` of `owner` holds, None for a plain box.

    ``part_class(Contract, "pay_periods")`` is `PayPeriod`.
    """
    return _part_classes(owner).get(name)


@lru_cache
def _part_classes(owner: type) -> dict[str, type]:
    held = {}
    for name, hint in get_type_hints(owner).items():
        for candidate in (hint, *get_args(hint), *_nested_args(hint)):
            if is_dataclass(candidate):
                held[name] = candidate
    return held


def _nested_args(hint: Any) -> tuple:
    return tuple(inner for arg in get_args(hint) for inner in get_args(arg))


@lru_cache
def boxes_on(path: str) -> tuple[Box, ...]:
    """Return the boxes on the way to a dotted `path`, outermost first.

    Pay periods are numbered from 0: ``"contract.pay_periods.0.rate"``.

    :raises KeyError: when the form has no such box
    """
    owner: type | None = Cerfa
    found = []
    for name in path.split("."):
        if name.isdigit():
            continue
        if owner is None:
            raise KeyError(path)
        try:
            found.append(boxes(owner)[name])
        except KeyError:
            raise KeyError(path) from None
        owner = part_class(owner, name)
    return tuple(found)
