// Copyright 2026 OPCO EP Connector contributors
// License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import {EventBus} from "@odoo/owl";
import {registry} from "@web/core/registry";

export const RECORDS_MOVED = "records-moved";
const MODEL_OF_MESSAGE = {
    "opco_ep_connector/contracts": "apprenticeship.contract",
    "opco_ep_connector/agreements": "apprenticeship.agreement",
    "opco_ep_connector/batches": "opco.batch",
};

/**
 * Tells the open screens, through `bus`, the ids of the records that moved.
 *
 * `isTold()` says whether messages arrive at present: a screen asks by itself else.
 * `hasMovedSince(model, id, time)` is for what was told while a screen was being read.
 */
export const liveService = {
    dependencies: ["bus_service"],
    start(env, {bus_service: busService}) {
        const bus = new EventBus();
        const movedAt = new Map();
        for (const [message, resModel] of Object.entries(MODEL_OF_MESSAGE)) {
            busService.subscribe(message, ({ids}) => {
                for (const id of ids) {
                    movedAt.set(`${resModel},${id}`, Date.now());
                }
                bus.trigger(RECORDS_MOVED, {resModel, ids});
            });
        }
        busService.start();
        return {
            bus,
            isTold: () => busService.workerState === "CONNECTED",
            hasMovedSince: (resModel, id, time) =>
                movedAt.get(`${resModel},${id}`) >= time,
        };
    },
};

registry.category("services").add("opco_live", liveService);
