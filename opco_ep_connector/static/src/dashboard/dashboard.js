// Copyright 2026 OPCO EP Connector contributors
// License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import {Component, onWillStart, useState} from "@odoo/owl";
import {deserializeDate, formatDate} from "@web/core/l10n/dates";
import {formatFloat, formatPercentage} from "@web/views/fields/formatters";
import {Layout} from "@web/search/layout";
import {registry} from "@web/core/registry";
import {standardActionServiceProps} from "@web/webclient/actions/action_service";
import {useService} from "@web/core/utils/hooks";

const CONTRACTS = "opco_ep_connector.apprenticeship_contract_action_follow_up";
const ANALYSIS = "opco_ep_connector.opco_transmission_report_action";
// What asks for somebody, as soon as there is one.
const TONES = {
    late: "text-danger",
    rejected: "text-danger",
    unknown: "text-warning-emphasis",
    waiting_long: "text-danger",
};
// From then on the administrator is reminded.
const DAYS_BEFORE_RENEWAL = 30;

/**
 * What waits, what is refused and how fast it goes, in one reading; each figure opens
 * the list behind it.
 */
export class Dashboard extends Component {
    static template = "opco_ep_connector.Dashboard";
    static components = {Layout};
    static props = {...standardActionServiceProps};

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({figures: null});
        onWillStart(() => this.read());
    }

    get figures() {
        return this.state.figures;
    }

    get contractsInStates() {
        return this.figures.states.reduce((sum, one) => sum + one.count, 0);
    }

    async read(environment = null) {
        this.state.figures = await this.orm.call("opco.dashboard", "read_figures", [
            environment,
        ]);
    }

    tone(counter) {
        return counter.count ? TONES[counter.filter] || "" : "text-body-secondary";
    }

    keyTone(key) {
        if (!key.is_active || key.days_left === false || key.days_left < 0) {
            return "text-danger";
        }
        return key.days_left <= DAYS_BEFORE_RENEWAL ? "text-warning-emphasis" : "";
    }

    rate(value) {
        return formatPercentage(value);
    }

    days(value) {
        return formatFloat(value, {digits: [16, 1], trailingZeros: false});
    }

    share(state) {
        return Math.round((100 * state.count) / this.contractsInStates);
    }

    date(value) {
        return formatDate(deserializeDate(value));
    }

    async openContracts(name, context, domain, viewType = "list") {
        const action = await this.action.loadAction(CONTRACTS);
        const named = {name, display_name: name};
        await this.action.doAction({...action, ...named, domain, context}, {viewType});
    }

    openCounter(counter) {
        return this.openContracts(
            counter.label,
            {[`search_default_${counter.filter}`]: 1},
            [["opco_environment", "in", [false, this.figures.environment]]]
        );
    }

    openState(state) {
        return this.openContracts(state.label, {}, [
            ["opco_environment", "=", this.figures.environment],
            ["opco_state", "=", state.state],
        ]);
    }

    openAnalysis(filters, viewType) {
        const names = ["year", this.figures.environment, ...filters];
        const entries = names.map((name) => [`search_default_${name}`, 1]);
        return this.action.doAction(ANALYSIS, {
            additionalContext: Object.fromEntries(entries),
            viewType,
        });
    }

    openConnection(id) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "opco.connection",
            res_id: id,
            views: [[false, "form"]],
        });
    }
}

registry.category("actions").add("opco_dashboard", Dashboard);
