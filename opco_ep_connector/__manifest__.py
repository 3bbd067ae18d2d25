# Copyright 2026 OPCO EP Connector contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
{
    "name": "OPCO EP Connector",
    "summary": "Deposit apprenticeship contracts with OPCO EP (API Convergence)",
    "version": "19.0.1.0.0",
    "development_status": "Beta",
    "category": "Human Resources/Apprenticeship",
    "website": "https://github.com/OCA/l10n-france",
    "author": "OPCO EP Connector contributors",
    "license": "AGPL-3",
    "application": True,
    "depends": ["l10n_fr_apprenticeship", "base_setup", "bus"],
    "external_dependencies": {
        "python": ["cryptography", "jsonschema", "requests", "requests-toolbelt"],
    },
    "data": [
        "security/opco_groups.xml",
        "security/ir.model.access.csv",
        "security/opco_rules.xml",
        "data/opco_profile.xml",
        "data/ir_config_parameter.xml",
        "data/ir_cron.xml",
        "data/mail_activity_type_termination.xml",
        "data/ir_actions_server.xml",
        "views/opco_transmission_views.xml",
        "views/opco_dossier_views.xml",
        "views/opco_connection_views.xml",
        "views/opco_profile_views.xml",
        "wizards/opco_transmit_views.xml",
        "wizards/opco_simulation_views.xml",
        "views/apprenticeship_contract_views.xml",
        "views/res_config_settings_views.xml",
        "views/opco_menus.xml",
    ],
    "demo": [
        "demo/ir_config_parameter.xml",
        "demo/res_users.xml",
        "demo/opco_connection.xml",
    ],
    "assets": {
        "web.assets_backend": [
            "opco_ep_connector/static/src/**/*",
        ],
    },
}
