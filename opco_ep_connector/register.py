# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The State's open search of enterprises (recherche-entreprises.api.gouv.fr).

No Odoo import. Free, without a key, seven requests a second.
"""

from dataclasses import dataclass

import requests

CONNECT_TIMEOUT = 3.0
READ_TIMEOUT = 5.0

# Codes of INSEE's « tranche d'effectif salarié ».
HEADCOUNT_RANGES = {
    "NN": "non employeur",
    "00": "0",
    "01": "1 – 2",
    "02": "3 – 5",
    "03": "6 – 9",
    "11": "10 – 19",
    "12": "20 – 49",
    "21": "50 – 99",
    "22": "100 – 199",
    "31": "200 – 249",
    "32": "250 – 499",
    "41": "500 – 999",
    "42": "1000 – 1999",
    "51": "2000 – 4999",
    "52": "5000 – 9999",
    "53": "10000 +",
}


class RegisterUnavailable(Exception):
    """The register did not answer, or not in a readable way."""


@dataclass(frozen=True)
class Establishment:
    """Public data of one establishment; a missing text is ``None``."""

    siret: str
    name: str | None
    street: str | None
    zip: str | None
    city: str | None
    naf: str | None
    idcc: str | None
    headcount_range: str | None
    is_closed: bool


def find_establishment(address: str, siret: str) -> Establishment | None:
    """Return the establishment with this SIRET, None when the register has none.

    :param address: address of the search, without its query
    :raises RegisterUnavailable: when it cannot be asked or understood
    """
    try:
        response = requests.get(
            address,
            params={"q": siret},
            headers={"Accept": "application/json"},
            timeout=(CONNECT_TIMEOUT, READ_TIMEOUT),
            allow_redirects=False,
        )
        if response.status_code != requests.codes.ok:
            raise RegisterUnavailable(f"HTTP {response.status_code}")
        return _establishment(response.json()["results"], siret)
    except (
        requests.RequestException,
        ValueError,
        LookupError,
        TypeError,
        AttributeError,
    ) as error:
        raise RegisterUnavailable(type(error).__name__) from error


def _establishment(enterprises: list, siret: str) -> Establishment | None:
    for enterprise in enterprises:
        sites = [enterprise.get("siege"), *enterprise["matching_etablissements"]]
        for site in filter(None, sites):
            if site["siret"] == siret:
                return _read(enterprise, site)
    return None


def _read(enterprise: dict, site: dict) -> Establishment:
    agreements = site.get("liste_idcc") or []
    city, postal_code = site.get("libelle_commune"), site.get("code_postal")
    return Establishment(
        siret=site["siret"],
        name=enterprise.get("nom_raison_sociale") or enterprise.get("nom_complet"),
        street=_street(site.get("adresse"), postal_code),
        zip=postal_code,
        city=city,
        naf=(site.get("activite_principale") or "").replace(".", "") or None,
        # Several agreements: a person must choose.
        idcc=agreements[0] if len(agreements) == 1 else None,
        headcount_range=HEADCOUNT_RANGES.get(
            enterprise.get("tranche_effectif_salarie")
        ),
        is_closed=site.get("etat_administratif") == "F",
    )


def _street(address: str | None, postal_code: str | None) -> str | None:
    """Keep what stands before the postal code in a whole address."""
    if not address or not postal_code:
        return address
    return address.split(postal_code)[0].strip() or None
