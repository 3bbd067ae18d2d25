# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from . import opco_profile
from . import opco_connection_secrets
from . import opco_connection_calls
from . import opco_connection_rotation
from . import opco_connection_responsible
from . import opco_connection_onboarding
from . import opco_connection
from . import opco_health
from . import opco_scheduler
from . import opco_key_event
from . import opco_connection_register
from . import opco_connection_reminder
from . import opco_access_review
from . import opco_access_review_line
from . import opco_dossier
from . import opco_batch
from . import opco_polling
from . import opco_transmission
from . import opco_transmission_file
from . import opco_transmission_contract
from . import opco_transmission_termination
from . import opco_exchange
from . import opco_exchange_purge
from . import opco_chain
from . import apprenticeship_contract
from . import apprenticeship_contract_follow_up
from . import apprenticeship_contract_purge
from . import apprenticeship_retention_rule
from . import apprenticeship_contract_termination
from . import apprenticeship_establishment_search
from . import opco_dashboard
from . import res_config_settings
