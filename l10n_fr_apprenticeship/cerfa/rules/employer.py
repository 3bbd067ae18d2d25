# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The employer."""

from collections.abc import Iterator

from ..circumstances import Circumstances
from ..findings import Severity
from ..form import Cerfa
from ..identifiers import is_idcc, is_naf, is_siret
from ..legal import LegalTables
from ..parts import is_absent, is_missing
from .registry import Problem, rule

PRIVATE_TYPES = frozenset({"11", "12", "13", "14", "15", "16"})
# Their contracts are deposited elsewhere; those of an EPIC (30) go to an OPCO.
_PUBLIC_TYPES = frozenset({"21", "22", "23", "24", "25", "26", "27", "28", "29"})


@rule(
    "EMP-01",
    Severity.BLOCK,
    sentence="N° SIRET de l'employeur : « {seen} » n'est pas un SIRET valide (14 "
    "chiffres, dont une clé de contrôle). Vérifiez-le sur l'avis de situation.",
)
def employer_siret(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
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
def employer_naf(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
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
def employer_idcc(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
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
def headcount(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
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
def unemployment_scheme(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
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
def documents_attested(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """The employer attests that it holds the supporting documents (form)."""
    employer = cerfa.employer
    if not is_absent(employer) and not employer.supporting_documents_attested:
        yield Problem(("employer.supporting_documents_attested",))


@rule(
    "EMP-01",
    Severity.BLOCK,
    sentence="L'établissement {siret} est fermé depuis le {closed}, avant la "
    "conclusion du contrat le {conclusion}. Saisissez le SIRET de l'établissement où "
    "travaille l'apprenti(e).",
)
def establishment_is_open(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """The establishment is open when the contract is concluded (Sirene)."""
    establishment = circumstances.establishment
    conclusion = cerfa.contract.date_conclusion
    if establishment is None or establishment.closed_on is None or conclusion is None:
        return
    if establishment.closed_on <= conclusion:
        yield Problem(
            ("employer.siret", "contract.date_conclusion"),
            {"siret": cerfa.employer.siret, "conclusion": conclusion},
            {"closed": establishment.closed_on},
        )


@rule(
    "EMP-01",
    Severity.WARN,
    sentence="L'adresse de l'établissement porte le code postal {seen}, et celle de "
    "son SIRET, dans Sirene, le {known}. Vérifiez l'adresse et le SIRET.",
)
def establishment_address(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """The address is that of the establishment in Sirene."""
    establishment, seen = circumstances.establishment, cerfa.employer.address.zip
    if establishment is None or establishment.zip is None or is_missing(seen):
        return
    if seen != establishment.zip:
        yield Problem(
            ("employer.address.zip", "employer.siret"),
            {"seen": seen},
            {"known": establishment.zip},
        )


@rule(
    "EMP-02",
    Severity.WARN,
    sentence="L'employeur est de type {employer_type} (public) : son contrat est "
    "déposé auprès de la DDETS, par CELIA, et non d'un OPCO. Vérifiez le type "
    "d'employeur.",
)
def public_employer_deposits_elsewhere(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """Of the public employers, only an EPIC deposits at an OPCO."""
    employer_type = cerfa.employer.employer_type
    if employer_type in _PUBLIC_TYPES:
        yield Problem(("employer.employer_type",), {"employer_type": employer_type})


@rule(
    "EMP-03",
    Severity.BLOCK,
    sentence="Code IDCC : la convention {idcc} n'est pas en vigueur le {conclusion}, "
    "date de conclusion du contrat. Saisissez celle qui s'applique.",
)
def idcc_in_force(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """The collective agreement is in force when the contract is concluded (§2)."""
    idcc, conclusion = cerfa.employer.idcc, cerfa.contract.date_conclusion
    if is_missing(idcc) or conclusion is None or not tables.is_known_idcc(idcc):
        return
    if tables.idcc(idcc, conclusion) is None:
        yield Problem(
            ("employer.idcc", "contract.date_conclusion"),
            {"idcc": idcc, "conclusion": conclusion},
        )


@rule(
    "EMP-03",
    Severity.WARN,
    article="R6123-34",
    sentence="Code IDCC : la convention {idcc} n'est pas de celles de l'OPCO EP. "
    "Vérifiez le code, ou envoyez le contrat à l'OPCO de la branche.",
)
def idcc_of_opco_ep(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """The collective agreement is one of OPCO EP's (R6123-34)."""
    idcc, conclusion = cerfa.employer.idcc, cerfa.contract.date_conclusion
    if is_missing(idcc) or conclusion is None:
        return
    known = tables.idcc(idcc, conclusion)
    if known is not None and not known.opco_ep:
        yield Problem(("employer.idcc",), {"idcc": idcc})


@rule(
    "EMP-03",
    Severity.WARN,
    article="R6123-34",
    sentence="Code IDCC : la convention {idcc} est inconnue de la table, qui liste "
    "celles de l'OPCO EP. Vérifiez le code et l'OPCO de la branche.",
)
def idcc_is_known(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """The collective agreement is in the table; the table is not complete."""
    idcc = cerfa.employer.idcc
    if is_missing(idcc) or not is_idcc(idcc):
        return
    if not tables.is_known_idcc(idcc):
        yield Problem(("employer.idcc",), {"idcc": idcc})


@rule(
    "EMP-04",
    Severity.INFO,
    article="L130-1 CSS",
    sentence="Effectif : 0 salarié. C'est l'effectif de toute l'entreprise qui est "
    "demandé, et non celui de l'établissement : vérifiez-le.",
)
def headcount_of_the_company(
    cerfa: Cerfa, tables: LegalTables, circumstances: Circumstances
) -> Iterator[Problem]:
    """The headcount is that of the company, all establishments together (form)."""
    if cerfa.employer.headcount == 0:
        yield Problem(("employer.headcount",))
