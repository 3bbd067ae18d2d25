# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import api, models


class ApprenticeshipEstablishmentSearch(models.AbstractModel):
    """Where an establishment's public data come from; other add-ons provide it."""

    _name = "apprenticeship.establishment.search"
    _description = "Search of Establishments by SIRET"

    @api.model
    def _is_available(self):
        return False

    @api.model
    def _find(self, siret):
        """Return the public data of an establishment.

        :param siret: 14 digits
        :return: ``values`` of `res.partner` fields, ``is_closed`` and
            ``headcount_range``, in a dict; None when it does not exist
        :raises UserError: when the search cannot answer
        """
        return None
