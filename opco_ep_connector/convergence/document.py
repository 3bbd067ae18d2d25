# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What is said of a file attached to a dossier or an invoice (norm §3)."""

from collections.abc import Sequence
from typing import Any

CONVENTION_FORMATION = "CONVENTION_FORMATION"
CONVENTION_REDUCTION_DUREE = "CONVENTION_REDUCTION_DUREE"
CONVENTION_MOBILITE = "CONVENTION_MOBILITE"
FACTURE = "FACTURE"
CERTIFICAT_REALISATION = "CERTIFICAT_REALISATION"

#: The kinds of files that the norm is known to name.
FILE_TYPES = (
    CONVENTION_FORMATION,
    CONVENTION_REDUCTION_DUREE,
    CONVENTION_MOBILITE,
    FACTURE,
    CERTIFICAT_REALISATION,
)


def file_info(
    file_type: str, dossiers: Sequence[str] = (), invoices: Sequence[str] = ()
) -> dict[str, Any]:
    """Return the JSON part of ``POST /documents``.

    :param dossiers: ``numeroInterne`` of the dossiers the file belongs to
    :param invoices: ``numeroInterneFacture`` of the invoices
    :raises ValueError: when it belongs to nothing
    """
    objects = [{"typeObjet": "FACTURE", "idObjet": one} for one in invoices]
    objects += [
        {"typeObjet": "DOSSIER_APPRENTISSAGE", "idObjet": one} for one in dossiers
    ]
    if not objects:
        raise ValueError("A file belongs to a dossier or an invoice at least")
    return {"typeFichier": file_type, "objets": objects}
