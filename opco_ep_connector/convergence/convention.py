# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The training agreement (convention) as a value and on the wire (norm §5.1)."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from . import wire_formats as formats
from .profile import Profile
from .wire_boxes import Wire, spell_part

_YEARS = 4


@dataclass(frozen=True)
class Convention:
    """What the agreement says of its dossier; amounts in euros, whole contract.

    `disability_amounts` has one amount per year of contract, four at the most. The
    four last are attestations of the training centre.
    """

    internal_number: str
    employer_siret: str
    apprentice_name: str = field(repr=False)
    apprentice_first_name: str = field(repr=False)
    contract_start: date
    contract_end: date
    centre_siret: str
    training_start: date
    training_end: date
    training_hours: int
    teaching_cost: Decimal
    signed_on: date
    apprentice_usage_name: str | None = field(default=None, repr=False)
    centre_uai: str | None = None
    rncp: str | None = None
    title: str | None = None
    disability_amounts: tuple[Decimal, ...] = field(default=(), repr=False)
    meals: int = 0
    nights: int = 0
    first_equipment: Decimal = Decimal(0)
    is_mobile_abroad: bool = False
    has_overseas_support: bool = False
    is_mandated_by_employer: bool = True
    is_signed_by_employer: bool = True
    is_signed_by_centre: bool = True
    has_proving_signature: bool = True
    is_same_as_file: bool = True


_MOBILITY = "couts.mentionMobiliteInternationale"

_TABLE = (
    Wire("numeroInterneDossier", "internal_number"),
    Wire("employeur.siret", "employer_siret", formats.compact),
    Wire("apprenti.nom", "apprentice_name"),
    Wire("apprenti.nomUsage", "apprentice_usage_name"),
    Wire("apprenti.prenom", "apprentice_first_name"),
    Wire("contrat.dateDebutContrat", "contract_start", formats.day),
    Wire("contrat.dateFinContrat", "contract_end", formats.day),
    Wire("organismeFormation.siret", "centre_siret", formats.compact),
    Wire("organismeFormation.uaiCfa", "centre_uai", formats.compact),
    Wire("formation.rncp", "rncp", formats.rncp),
    Wire("formation.intituleQualification", "title"),
    Wire("formation.dateDebutFormation", "training_start", formats.day),
    Wire("formation.dateFinFormation", "training_end", formats.day),
    Wire("formation.dureeFormation", "training_hours", formats.integer),
    Wire("couts.coutTotalPedagogieCFA", "teaching_cost", formats.number),
    Wire("couts.nombreRepasTotaux", "meals", formats.integer),
    Wire("couts.nombreHebergementTotaux", "nights", formats.integer),
    Wire("couts.montantPremierEquipement", "first_equipment", formats.number),
    Wire(_MOBILITY, "is_mobile_abroad", formats.boolean),
    Wire("couts.accompagnementDROM", "has_overseas_support", formats.boolean),
    Wire("mandatEmployeur", "is_mandated_by_employer", formats.boolean),
    Wire("dateSignature", "signed_on", formats.day),
    Wire(
        "attestationConventionSigneeEntreprise",
        "is_signed_by_employer",
        formats.boolean,
    ),
    Wire("attestationConventionSigneeCFA", "is_signed_by_centre", formats.boolean),
    Wire(
        "attestationConventionSignatureProbante",
        "has_proving_signature",
        formats.boolean,
    ),
    Wire("attestationConventionConformeJSON", "is_same_as_file", formats.boolean),
)


def convention_body(agreement: Convention, profile: Profile) -> dict[str, Any]:
    """Return the JSON part of ``POST /conventions``."""
    spelled = spell_part(agreement, _TABLE, profile)
    costs = spelled["couts"]
    costs[profile.mobility_key] = costs.pop(_MOBILITY.rpartition(".")[2])
    amounts = (*agreement.disability_amounts, *[Decimal(0)] * _YEARS)[:_YEARS]
    for year, amount in enumerate(amounts, start=1):
        costs[f"montantRQTHAnnee{year}"] = formats.number(amount, profile)
    return spelled
