# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from . import apprenticeship_amend
from . import apprenticeship_import_issue
from . import apprenticeship_import
from . import apprenticeship_purge
from . import apprenticeship_purge_line
from . import apprenticeship_termination
