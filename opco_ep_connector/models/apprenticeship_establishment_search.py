# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from urllib.parse import urlsplit

from odoo import api, fields, models, tools
from odoo.exceptions import UserError

from ..convergence.profile import InvalidAddress, check_url, is_loopback
from ..register import RegisterUnavailable, find_establishment

ADDRESS_PARAMETER = "opco_ep_connector.register_url"


class ApprenticeshipEstablishmentSearch(models.AbstractModel):
    """The State's open search of enterprises, which needs no key.

    Only a SIRET leaves: nothing about the apprentice.
    """

    _inherit = "apprenticeship.establishment.search"

    @api.model
    def _is_available(self):
        return bool(self._register_url())

    @api.model
    def _register_url(self):
        """Return the address, empty when the search is switched off."""
        parameters = self.env["ir.config_parameter"].sudo()
        address = parameters.get_param(ADDRESS_PARAMETER) or ""
        try:
            is_local = is_loopback(urlsplit(check_url(address)).hostname)
        except InvalidAddress:
            return ""
        # A neutralized copy calls nobody but this machine.
        is_copy = parameters.get_param("database.is_neutralized")
        return address if is_local or not is_copy else ""

    @api.model
    def _find(self, siret):
        address = self._register_url()
        if not address:
            raise UserError(
                self.env._("The public register may not be called from here.")
            )
        try:
            return self._find_of_day(siret, address, fields.Date.today())
        except RegisterUnavailable as error:
            raise UserError(
                self.env._(
                    "The public register does not answer: fill in the form by hand, or "
                    "try again later."
                )
            ) from error

    @api.model
    @tools.ormcache("siret", "address", "day")
    def _find_of_day(self, siret, address, day):
        """Ask once a day: an establishment opens, or closes, from one to the next."""
        establishment = find_establishment(address, siret)
        if establishment is None:
            return None
        return {
            "values": {
                "name": establishment.name,
                "street": establishment.street,
                "zip": establishment.zip,
                "city": establishment.city,
                "apprenticeship_naf": establishment.naf,
                "apprenticeship_idcc": establishment.idcc,
            },
            "is_closed": establishment.is_closed,
            "headcount_range": establishment.headcount_range,
        }
