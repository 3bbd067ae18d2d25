# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from . import test_access
from . import test_amendment
from . import test_concurrency
from . import test_connection
from . import test_delivery
from . import test_follow_up
from . import test_neutralize
from . import test_profile
from . import test_register
from . import test_secrets_route
from . import test_settlement
from . import test_simulation
from . import test_termination
from . import test_transmission
from . import test_transmit_wizard
