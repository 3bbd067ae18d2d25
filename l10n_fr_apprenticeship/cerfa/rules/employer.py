# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The employer."""

from collections.abc import Iterator

from ..findings import Severity
from ..form import Cerfa
from ..identifiers import is_idcc, is_naf, is_siret
from ..legal import LegalTables
from ..parts import is_absent, is_missing
from .registry import Problem, rule

PRIVATE_TYPES = frozenset({"11", "12", "13", "14", "15", "16"})


@rule(
    "EMP-01",
    Severity.BLOCK,
    sentence="N° SIRET de l'employeur : « {seen} » n'est pas un SIRET valide (14 "
    "chiffres, dont une clé de contrôle). Vérifiez-le sur l'avis de situation.",
)
def employer_siret(cerfa: Cerfa, tables: LegalTables) -> Iterator[Problem]:
    """The SIRET of the establishment has 14 digits and the right key (§2)."""
    siret = cerfa.employer.siret
    if not is_missing(siret) and not is_siret(siret):
        yield Problem(("employer.siret",), {"seen": siret})


@rule(
    "IDT-01",
    Severity.BLOCK,
    sentence="Code NAF de l'employeur : « {seen} » n'est pas un code d'activité. "
    "Saisissez 4 chiffres et une lettre, sans point, par exemple 1071C.",
)
def employer_naf(cerfa: Cerfa, tables: LegalTables) -> Iterator[Problem]:
    """The activity code is 4 digits and a letter (§2)."""
    naf = cerfa.employer.naf
    if not is_missing(naf) and not is_naf(naf):
        yield Problem(("employer.naf",), {"seen": naf})


@rule(
    "EMP-03",
    Severity.BLOCK,
    sentence="Code IDCC : « {seen} » n'est pas un code de convention collective. "
    "Saisissez 4 chiffres, par exemple 0843, ou 9999 si aucune ne s'applique.",
)
def employer_idcc(cerfa: Cerfa, tables: LegalTables) -> Iterator[Problem]:
    """The IDCC has 4 digits (§2)."""
    idcc = cerfa.employer.idcc
    if not is_missing(idcc) and not is_idcc(idcc):
        yield Problem(("employer.idcc",), {"seen": idcc})


@rule(
    "FMT-05",
    Severity.BLOCK,
    article="L130-1 CSS",
    sentence="Effectif de l'entreprise : {seen} salarié(s) n'est pas possible. "
    "Saisissez l'effectif de toute l'entreprise, 0 au moins.",
)
def headcount(cerfa: Cerfa, tables: LegalTables) -> Iterator[Problem]:
    """The headcount is not negative."""
    count = cerfa.employer.headcount
    if count is not None and count < 0:
        yield Problem(("employer.headcount",), {"seen": count})


@rule(
    "EMP-02",
    Severity.BLOCK,
    sentence="L'adhésion au régime spécifique d'assurance chômage ne concerne que les "
    "employeurs publics, et l'employeur est de type {employer_type} (privé). "
    "Décochez-la ou corrigez le type d'employeur.",
)
def unemployment_scheme(cerfa: Cerfa, tables: LegalTables) -> Iterator[Problem]:
    """Only a public employer joins the specific unemployment scheme (form)."""
    employer = cerfa.employer
    if employer.public_unemployment_scheme and employer.employer_type in PRIVATE_TYPES:
        yield Problem(
            ("employer.public_unemployment_scheme", "employer.employer_type"),
            {"employer_type": employer.employer_type},
        )


@rule(
    "OBL-03",
    Severity.BLOCK,
    sentence="L'employeur n'atteste pas disposer de l'ensemble des pièces "
    "justificatives nécessaires au dépôt du contrat. Cochez l'attestation dès qu'il "
    "les a réunies.",
)
def documents_attested(cerfa: Cerfa, tables: LegalTables) -> Iterator[Problem]:
    """The employer attests that it holds the supporting documents (form)."""
    employer = cerfa.employer
    if not is_absent(employer) and not employer.supporting_documents_attested:
        yield Problem(("employer.supporting_documents_attested",))
