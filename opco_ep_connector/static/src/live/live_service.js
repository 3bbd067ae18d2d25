// Copyright 2026 OPCO EP Connector contributors
// License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import {EventBus} from "@odoo/owl";
import {registry} from "@web/core/registry";

export const CONTRACTS_MOVED = "contracts-moved";

/**
 * Tells the open screens, through `bus`, the ids of the contracts that moved.
 */
export const liveService = {
    dependencies: ["bus_service"],
    start(env, {bus_service: busService}) {
        const bus = new EventBus();
        busService.subscribe("opco_ep_connector/contracts", ({ids}) =>
            bus.trigger(CONTRACTS_MOVED, {ids})
        );
        busService.start();
        return {bus};
    },
};

registry.category("services").add("opco_live", liveService);
