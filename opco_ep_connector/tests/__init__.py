# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from . import test_access
from . import test_access_matrix
from . import test_access_review
from . import test_automatic_sending
from . import test_batch
from . import test_amendment
from . import test_concurrency
from . import test_connection
from . import test_connection_state
from . import test_cron_progress
from . import test_delivery
from . import test_deposited_elsewhere
from . import test_environment_change
from . import test_follow_up
from . import test_hostile_opco
from . import test_key_register
from . import test_key_reminder
from . import test_key_rotation
from . import test_lost_content
from . import test_neutralize
from . import test_polling
from . import test_profile
from . import test_public_methods
from . import test_purge
from . import test_register
from . import test_seal
from . import test_seal_concurrency
from . import test_seal_evidence
from . import test_secrecy
from . import test_secrets_route
from . import test_settlement
from . import test_simulation
from . import test_termination
from . import test_transmission
from . import test_transmit_wizard
