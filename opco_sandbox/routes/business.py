# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What every business call of the norm goes through (1.3)."""

from functools import wraps

from flask import g, request

from ..answers import errors, gateway
from ..sandbox import current

SOFTWARE_HEADERS = ("EDITEUR", "LOGICIEL", "VERSION")


def business_call(view):
    """Check bearer, key and headers; ``g.siret`` is then the key's SIRET."""

    @wraps(view)
    def checked(*args, **kwargs):
        _check_bearer()
        g.siret = _key_owner()
        g.software = _software_headers()
        return view(*args, **kwargs)

    return checked


def _check_bearer():
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not current().tokens.accepts(token.strip()):
        raise gateway(401, "Unauthorized")


def _key_owner():
    siret = current().keys.owner(request.headers.get("X-API-KEY", ""))
    if siret is None:
        raise gateway(403, "Clé API inconnue ou révoquée")
    return siret


def _software_headers():
    software = {
        name: request.headers.get(name, "").strip() for name in SOFTWARE_HEADERS
    }
    missing = [name for name, value in software.items() if not value]
    if missing:
        raise errors(
            "En-tête obligatoire absent.",
            [
                {
                    "code": "ENTETE_OBLIGATOIRE",
                    "description": f"L'en-tête {name} est obligatoire.",
                }
                for name in missing
            ],
        )
    return software


def opens(flow):
    """Answer as if the route did not exist when the setting closes this flow."""

    def wrap(view):
        @wraps(view)
        def checked(*args, **kwargs):
            if flow in current().settings["closed_flows"]:
                raise gateway(404, "no Route matched with those values")
            return view(*args, **kwargs)

        return checked

    return wrap
