# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The training, the training centre (CFA) and the main place of training."""

from collections.abc import Iterator

from ..findings import Severity
from ..form import Cerfa
from ..identifiers import is_diploma_code, is_rncp, is_siret, is_uai
from ..legal import LegalTables
from ..parts import is_absent, is_missing
from .registry import Problem, rule

_MAX_HOURS = 9999
_PLACES = ("training_centre", "training_place")


@rule(
    "FOR-02",
    Severity.BLOCK,
    sentence="Durée de la formation : {seen} heure(s) n'est pas possible. Saisissez le "
    "total d'heures sur tout le contrat, de 1 à {limit}.",
)
def training_hours(cerfa: Cerfa, tables: LegalTables) -> Iterator[Problem]:
    """The hours of training are between 1 and 9999 (form)."""
    hours = cerfa.training.hours
    if hours is not None and not 1 <= hours <= _MAX_HOURS:
        yield Problem(("training.hours",), {"seen": hours}, {"limit": _MAX_HOURS})


@rule(
    "FOR-02",
    Severity.BLOCK,
    sentence="Formation à distance : {distance} heure(s) sur {hours} au total n'est "
    "pas possible. Saisissez de 0 heure jusqu'à la durée totale.",
)
def distance_hours(cerfa: Cerfa, tables: LegalTables) -> Iterator[Problem]:
    """Distance hours are zero at least and within the total (form 10103*14)."""
    training = cerfa.training
    distance, hours = training.distance_hours, training.hours
    if distance is None or hours is None:
        return
    if not 0 <= distance <= hours:
        yield Problem(
            ("training.distance_hours", "training.hours"),
            {"distance": distance, "hours": hours},
        )


@rule(
    "IDT-10",
    Severity.BLOCK,
    sentence="Code RNCP : « {seen} » n'est pas un code RNCP. Saisissez de 3 à 5 "
    "chiffres, précédés ou non de RNCP.",
)
def rncp(cerfa: Cerfa, tables: LegalTables) -> Iterator[Problem]:
    """The RNCP code has 3 to 5 digits (§2)."""
    code = cerfa.training.rncp
    if not is_missing(code) and not is_rncp(code):
        yield Problem(("training.rncp",), {"seen": code})


@rule(
    "IDT-11",
    Severity.BLOCK,
    sentence="Code du diplôme : « {seen} » n'est pas un code formation-diplôme. "
    "Saisissez ses 8 caractères, par exemple 32031213.",
)
def diploma_code(cerfa: Cerfa, tables: LegalTables) -> Iterator[Problem]:
    """The diploma code has 8 characters (§2)."""
    code = cerfa.training.diploma_code
    if not is_missing(code) and not is_diploma_code(code):
        yield Problem(("training.diploma_code",), {"seen": code})


@rule(
    "FOR-06",
    Severity.BLOCK,
    sentence="{box} : « {seen} » n'est pas un SIRET valide (14 chiffres, dont une clé "
    "de contrôle). Vérifiez-le sur l'avis de situation.",
)
def training_sirets(cerfa: Cerfa, tables: LegalTables) -> Iterator[Problem]:
    """The SIRET of the training centre and of the place are right (§2)."""
    for section in _PLACES:
        siret = getattr(getattr(cerfa, section), "siret", None)
        if not is_missing(siret) and not is_siret(siret):
            yield Problem((f"{section}.siret",), {"seen": siret})


@rule(
    "FOR-06",
    Severity.BLOCK,
    sentence="{box} : « {seen} » n'est pas un numéro UAI valide (7 chiffres et une "
    "lettre de contrôle). Vérifiez-le auprès du CFA.",
)
def training_uais(cerfa: Cerfa, tables: LegalTables) -> Iterator[Problem]:
    """The UAI of the training centre and of the place are right (§2)."""
    for section in _PLACES:
        uai = getattr(getattr(cerfa, section), "uai", None)
        if not is_missing(uai) and not is_uai(uai):
            yield Problem((f"{section}.uai",), {"seen": uai})


@rule(
    "FOR-06",
    Severity.BLOCK,
    sentence="Le CFA responsable n'est pas le lieu de formation principal, et ce lieu "
    "n'est pas renseigné. Saisissez sa dénomination, son SIRET et son adresse.",
)
def training_place_given(cerfa: Cerfa, tables: LegalTables) -> Iterator[Problem]:
    """A main place of training other than the CFA is described (form)."""
    if cerfa.training_centre.is_main_place is False and cerfa.training_place is None:
        yield Problem(("training_place", "training_centre.is_main_place"))


@rule(
    "OBL-04",
    Severity.BLOCK,
    sentence="Le CFA n'a pas visé le contrat : l'OPCO ne l'instruit pas sans ce visa. "
    "Faites apposer le cachet et la signature du directeur, puis cochez le visa.",
)
def centre_visa(cerfa: Cerfa, tables: LegalTables) -> Iterator[Problem]:
    """The training centre has signed (form, visa du CFA)."""
    centre = cerfa.training_centre
    if not is_absent(centre) and not centre.visa:
        yield Problem(("training_centre.visa",))
