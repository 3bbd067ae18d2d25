# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
{
    "name": "French Apprenticeship Contracts (CERFA 10103)",
    "summary": "The apprenticeship contract of a French training centre (CFA)",
    "version": "19.0.1.0.0",
    "development_status": "Beta",
    "category": "Human Resources/Apprenticeship",
    "website": "https://github.com/OCA/l10n-france",
    "author": "OPCO EP Connector contributors",
    "license": "AGPL-3",
    "application": True,
    "depends": ["mail", "l10n_fr"],
    "external_dependencies": {"python": ["holidays", "openpyxl", "python-stdnum"]},
    "data": [
        "security/apprenticeship_groups.xml",
        "security/ir.model.access.csv",
        "security/apprenticeship_rules.xml",
        "data/ir_sequence.xml",
        "data/apprenticeship_legal_tables.xml",
        "report/apprenticeship_contract_sheet_templates.xml",
        "report/apprenticeship_contract_sheet.xml",
        "views/apprenticeship_contract_views.xml",
        "views/apprenticeship_override_views.xml",
        "views/apprenticeship_training_views.xml",
        "views/apprenticeship_code_views.xml",
        "views/apprenticeship_legal_table_views.xml",
        "views/res_partner_views.xml",
        "wizards/apprenticeship_import_views.xml",
        "wizards/apprenticeship_amend_views.xml",
        "views/apprenticeship_menus.xml",
    ],
    "demo": [
        "demo/res_partner.xml",
        "demo/apprenticeship_training.xml",
        "demo/res_users.xml",
        "demo/apprenticeship_contract.xml",
    ],
    "assets": {
        "web.assets_backend": [
            "l10n_fr_apprenticeship/static/src/**/*",
        ],
    },
}
