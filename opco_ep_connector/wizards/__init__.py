# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from . import apprenticeship_termination
from . import opco_audit_pack
from . import opco_integrity_check
from . import opco_integrity_check_line
from . import opco_transmit
from . import opco_transmit_line
from . import opco_simulation
from . import opco_comparison
from . import opco_comparison_line
from . import opco_link
from . import opco_detach
from . import opco_key_rotation
from . import opco_environment_change
from . import opco_key_coverage
