# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from . import apprenticeship_legal_table
from . import apprenticeship_code
from . import apprenticeship_smic
from . import apprenticeship_pay_rate
from . import apprenticeship_idcc
from . import apprenticeship_training
from . import res_partner
from . import apprenticeship_establishment_search
from . import apprenticeship_pay_period
from . import apprenticeship_override
from . import apprenticeship_contract
from . import apprenticeship_contract_entry_help
from . import apprenticeship_contract_pay
from . import apprenticeship_contract_establishment
from . import apprenticeship_contract_preflight
from . import apprenticeship_document
from . import apprenticeship_contract_documents
from . import apprenticeship_contract_purge
from . import res_partner_purge
from . import apprenticeship_retention_rule
from . import apprenticeship_contract_amendment
from . import apprenticeship_contract_termination
from . import apprenticeship_agreement
from . import ir_attachment
from . import apprenticeship_contract_agreement
from . import apprenticeship_contract_clock
