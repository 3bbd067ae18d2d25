# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from . import opco_profile
from . import opco_connection
from . import opco_health
from . import opco_scheduler
from . import opco_dossier
from . import opco_transmission
from . import opco_exchange
from . import apprenticeship_contract
from . import apprenticeship_contract_termination
from . import apprenticeship_establishment_search
