# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from . import test_cerfa_reading
from . import test_clock
from . import test_codes
from . import test_contract
from . import test_security
from . import test_sheet
from . import test_views
from . import test_import
from . import test_legal_tables
from . import test_pay
from . import test_override
from . import test_entry_help
from . import test_preflight
from . import test_purge
from . import test_agreement
from . import test_amendment
from . import test_termination
from . import test_bad_input
from . import test_field_help
from . import test_documents
