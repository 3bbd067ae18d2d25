# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The training, the training centre (CFA) and the main place of training."""

import math
from collections.abc import Iterator
from datetime import date
from fractions import Fraction

from ..circumstances import (
    IN_HOUSE_ANNEX,
    CentreStanding,
    Certification,
    Circumstances,
)
from ..contract_types import AFTER_RUPTURE, is_amendment
from ..diplomas import diploma_rank
from ..findings import Severity
from ..form import Cerfa, Training
from ..identifiers import is_diploma_code, is_rncp, is_siret, is_uai, rncp_digits
from ..legal import LegalTables
from ..parts import is_absent, is_missing
from .registry import Problem, rule

_MAX_HOURS = 9999
_PLACES = ("training_centre", "training_place")
_RNCP = "training.rncp"
_CONCLUSION = "contract.date_conclusion"

# A quarter of the legal working year (L6211-2).
_HOURS_A_DAY = Fraction(1607, 4 * 365)
# Decree 2025-586: distance hours, the cut of the funding, its floor in euros.
_DISTANCE_SHARE = 80
_DISTANCE_CUT = "20 %"
_DISTANCE_FLOOR = "4 000 €"
_FIRST_DAY_OF_2025_DECREES = date(2025, 7, 1)
_LEVEL_WITH_PARTICIPATION = 6


@rule(
    "FOR-02",
    Severity.BLOCK,
    sentence="Durée de la formation : {seen} heure(s) n'est pas possible. Saisissez le "
    "total d'heures sur tout le contrat, de 1 à {limit}.",
)
def training_hours(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
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
def distance_hours(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
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
def rncp(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
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
def diploma_code(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
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
def training_sirets(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
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
def training_uais(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
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
def training_place_given(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """A main place of training other than the CFA is described (form)."""
    if cerfa.training_centre.is_main_place is False and cerfa.training_place is None:
        yield Problem(("training_place", "training_centre.is_main_place"))


@rule(
    "OBL-04",
    Severity.BLOCK,
    sentence="Le CFA n'a pas visé le contrat : l'OPCO ne l'instruit pas sans ce visa. "
    "Faites apposer le cachet et la signature du directeur, puis cochez le visa.",
)
def centre_visa(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """The training centre has signed (form, visa du CFA)."""
    centre = cerfa.training_centre
    if not is_absent(centre) and not centre.visa:
        yield Problem(("training_centre.visa",))


@rule(
    "FOR-01",
    Severity.WARN,
    article="L6211-2",
    sentence="Durée de la formation : {hours} heures du {start} au {end}, moins que "
    "le quart de la durée du travail, soit {minimum} heures. Vérifiez le total : il "
    "compte tout le contrat, sauf si le certificateur prévoit moins.",
)
def enough_hours(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """The training takes a quarter of working time, 1607 h a year (L6211-2)."""
    contract, hours = cerfa.contract, cerfa.training.hours
    start, end = contract.date_start, contract.date_end
    if hours is None or start is None or end is None or start >= end:
        return
    minimum = math.ceil(_HOURS_A_DAY * ((end - start).days + 1))
    if 1 <= hours < minimum:
        yield Problem(
            ("training.hours", "contract.date_start", "contract.date_end"),
            {"hours": hours, "start": start, "end": end},
            {"minimum": str(minimum)},
        )


@rule(
    "FOR-03",
    Severity.WARN,
    article="D6332-82-1",
    sentence="Formation à distance : {distance} heures sur {hours}, soit {share} %. À "
    "partir de 80 %, la prise en charge baisse de {cut}, jusqu'à {floor} au moins, "
    "sauf certification exemptée. Vérifiez les heures.",
)
def distance_share(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """From 80 % at a distance, the funding is cut by 20 % (D6332-82-1)."""
    training, conclusion = cerfa.training, cerfa.contract.date_conclusion
    distance, hours = training.distance_hours, training.hours
    if distance is None or hours is None or not 1 <= hours <= _MAX_HOURS:
        return
    if conclusion is not None and conclusion < _FIRST_DAY_OF_2025_DECREES:
        return
    if not _DISTANCE_SHARE * hours <= 100 * distance <= 100 * hours:
        return
    sheet = _sheet(training, circumstances)
    if sheet is None or not sheet.is_exempt_from_distance_cut:
        yield Problem(
            ("training.distance_hours", "training.hours"),
            {"distance": distance, "hours": hours, "share": 100 * distance // hours},
            {"cut": _DISTANCE_CUT, "floor": _DISTANCE_FLOOR},
        )


@rule(
    "FOR-04",
    Severity.BLOCK,
    article="D6224-2",
    sentence="La certification RNCP {rncp} n'est pas active le {conclusion}, date de "
    "conclusion du contrat (active du {first} au {last}). Choisissez une certification "
    "active, celle qui la remplace par exemple.",
)
def certification_is_active(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """The certification is active when the contract is concluded (D6224-2)."""
    sheet, conclusion = (
        _sheet(cerfa.training, circumstances),
        cerfa.contract.date_conclusion,
    )
    if sheet is None or conclusion is None:
        return
    if not _covers(sheet.valid_from, sheet.valid_to, conclusion):
        yield Problem(
            (_RNCP, _CONCLUSION),
            {"rncp": cerfa.training.rncp, "conclusion": conclusion},
            {"first": sheet.valid_from, "last": sheet.valid_to},
        )


@rule(
    "FOR-04",
    Severity.BLOCK,
    article="R6113-16",
    sentence="Le CFA n'est pas habilité à préparer à la certification RNCP {rncp} : le "
    "dépôt sera refusé. Faites établir l'habilitation par le certificateur.",
)
def centre_may_prepare(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """The centre is entitled to prepare for the certification (D6224-2, 6°)."""
    if _centre(circumstances).may_prepare is False:
        yield Problem((_RNCP, "training_centre.name"), {"rncp": cerfa.training.rncp})


@rule(
    "FOR-04",
    Severity.BLOCK,
    article="L6316-1",
    sentence="La certification qualité (Qualiopi) du CFA pour l'apprentissage ne "
    "couvre pas le {conclusion}, date de conclusion du contrat (du {first} au "
    "{last}). Mettez le certificat à jour.",
)
def centre_has_quality_certificate(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """The centre's quality certificate is valid at conclusion (D6224-2, 7°)."""
    centre, conclusion = _centre(circumstances), cerfa.contract.date_conclusion
    if conclusion is None:
        return
    if not _covers(centre.quality_from, centre.quality_to, conclusion):
        yield Problem(
            ("training_centre.name", _CONCLUSION),
            {"conclusion": conclusion},
            {"first": centre.quality_from, "last": centre.quality_to},
        )


@rule(
    "FOR-05",
    Severity.WARN,
    sentence="Le code du diplôme {code} est celui d'un diplôme de type {known}, et le "
    "type saisi est {seen}. Vérifiez l'un et l'autre.",
)
def diploma_code_and_type(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """The first characters of the diploma code agree with its type (§1.8)."""
    code, seen = cerfa.training.diploma_code, cerfa.training.diploma_type
    if is_missing(code) or is_missing(seen) or not is_diploma_code(code):
        return
    known = tables.diploma_types(code)
    if known and seen not in known:
        yield Problem(
            ("training.diploma_type", "training.diploma_code"),
            {"code": code, "seen": seen},
            {"known": " ou ".join(known)},
        )


@rule(
    "FOR-05",
    Severity.WARN,
    sentence="Le code du diplôme {code} n'est pas de ceux de la certification RNCP "
    "{rncp}. Vérifiez l'un et l'autre.",
)
def diploma_code_and_rncp(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """The diploma code is one of the certification's (RNCP)."""
    sheet, code = _sheet(cerfa.training, circumstances), cerfa.training.diploma_code
    if sheet is None or is_missing(code) or not sheet.diploma_codes:
        return
    if code not in sheet.diploma_codes:
        yield Problem(
            ("training.diploma_code", _RNCP),
            {"code": code, "rncp": cerfa.training.rncp},
        )


@rule(
    "FOR-05",
    Severity.WARN,
    sentence="L'intitulé « {seen} » n'est pas celui de la certification RNCP {rncp} : "
    "« {known} ». Reprenez l'intitulé exact.",
)
def title_and_rncp(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """The title is the certification's (form: exact title)."""
    sheet, seen = _sheet(cerfa.training, circumstances), cerfa.training.title
    if sheet is None or sheet.title is None or is_missing(seen):
        return
    if _words(seen) != _words(sheet.title):
        yield Problem(
            ("training.title", _RNCP),
            {"seen": seen, "rncp": cerfa.training.rncp},
            {"known": sheet.title},
        )


@rule(
    "FOR-07",
    Severity.BLOCK,
    article="D6224-1",
    sentence="Le CFA est celui de l'entreprise, et l'annexe pédagogique et financière, "
    "qui remplace la convention, manque. Joignez-la.",
)
def in_house_annex_given(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """An in-house centre gives an annex instead of an agreement (D6224-1, al. 2)."""
    documents = circumstances.documents
    if cerfa.training_centre.in_house and documents is not None:
        if IN_HOUSE_ANNEX not in documents:
            yield Problem(("training_centre.in_house",))


@rule(
    "FOR-07",
    Severity.INFO,
    article="D6224-1",
    sentence="Le CFA est celui de l'entreprise : une annexe pédagogique et financière "
    "est à joindre au dépôt, au lieu de la convention de formation.",
)
def in_house_annex_wanted(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """A reminder of the annex, when nobody knows whether it is at hand."""
    if cerfa.training_centre.in_house and circumstances.documents is None:
        yield Problem(("training_centre.in_house",))


@rule(
    "FIN-01",
    Severity.INFO,
    article="R6332-25-1",
    sentence="Diplôme de niveau {level} : l'employeur verse au CFA une participation "
    "de {amount}, que l'OPCO déduit de la prise en charge.",
)
def employer_participates(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """From level 6, the employer pays the centre 750 €, 200 € after a rupture."""
    level = diploma_rank(cerfa.training.diploma_type)
    conclusion = cerfa.contract.date_conclusion
    if level is None or level < _LEVEL_WITH_PARTICIPATION or is_amendment(cerfa):
        return
    if conclusion is not None and conclusion >= _FIRST_DAY_OF_2025_DECREES:
        after_rupture = cerfa.contract.contract_type == AFTER_RUPTURE
        yield Problem(
            ("training.diploma_type", "contract.contract_type"),
            {"level": level},
            {"amount": "200 €" if after_rupture else "750 €"},
        )


def _sheet(training: Training, circumstances: Circumstances) -> Certification | None:
    """Return the known certification when it is the one on the form."""
    sheet, code = circumstances.certification, training.rncp
    if sheet is None or is_missing(code) or not is_rncp(code):
        return None
    if not is_rncp(sheet.rncp) or rncp_digits(sheet.rncp) != rncp_digits(code):
        return None
    return sheet


def _centre(circumstances: Circumstances) -> CentreStanding:
    return circumstances.centre or _UNKNOWN_CENTRE


_UNKNOWN_CENTRE = CentreStanding()


def _covers(first: date | None, last: date | None, day: date) -> bool:
    return (first is None or first <= day) and (last is None or day <= last)


def _words(title: str) -> list[str]:
    return title.casefold().split()
