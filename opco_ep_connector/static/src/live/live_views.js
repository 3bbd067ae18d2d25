// Copyright 2026 OPCO EP Connector contributors
// License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import {onWillUnmount, useEffect} from "@odoo/owl";
import {useBus, useService} from "@web/core/utils/hooks";
import {CONTRACTS_MOVED} from "./live_service";
import {FormController} from "@web/views/form/form_controller";
import {ListController} from "@web/views/list/list_controller";
import {_t} from "@web/core/l10n/translation";
import {formView} from "@web/views/form/form_view";
import {listView} from "@web/views/list/list_view";
import {registry} from "@web/core/registry";

// While something is queued the form also asks by itself, should the websocket be down.
const POLL_MS = 3000;
const RELOAD_DELAY_MS = 700;

export class LiveFormController extends FormController {
    setup() {
        super.setup();
        this.notificationService = useService("notification");
        useBus(useService("opco_live").bus, CONTRACTS_MOVED, ({detail}) => {
            if (detail.ids.includes(this.model.root.resId)) {
                this.showWhatMoved();
            }
        });
        useEffect(
            (isQueued) => {
                if (isQueued) {
                    const timer = setInterval(() => this.reloadUnlessEdited(), POLL_MS);
                    return () => clearInterval(timer);
                }
            },
            () => [this.model.root.data.opco_transport_state === "queued"]
        );
        onWillUnmount(() => {
            this.isGone = true;
        });
    }

    async showWhatMoved() {
        if (!(await this.reloadUnlessEdited())) {
            this.notificationService.add(
                _t("The OPCO has answered: save your changes to see it."),
                {type: "info"}
            );
        }
    }

    async reloadUnlessEdited() {
        const root = this.model.root;
        if (this.isGone || !root.resId || (await root.isDirty())) {
            return false;
        }
        await root.load();
        return true;
    }
}

export class LiveListController extends ListController {
    setup() {
        super.setup();
        useBus(useService("opco_live").bus, CONTRACTS_MOVED, ({detail}) => {
            const root = this.model.root;
            const isShown = root.records.some((record) =>
                detail.ids.includes(record.resId)
            );
            if (isShown && !root.editedRecord && !root.selection.length) {
                this.reloadSoon();
            }
        });
        onWillUnmount(() => clearTimeout(this.reloadTimer));
    }

    // Hundreds of receipts may come at once: one reload shows them all.
    reloadSoon() {
        clearTimeout(this.reloadTimer);
        this.reloadTimer = setTimeout(() => this.model.root.load(), RELOAD_DELAY_MS);
    }
}

registry.category("views").add("opco_live_form", {
    ...formView,
    Controller: LiveFormController,
});
registry.category("views").add("opco_live_list", {
    ...listView,
    Controller: LiveListController,
});
