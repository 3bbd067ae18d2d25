// Copyright 2026 OPCO EP Connector contributors
// License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import {onWillUnmount, useEffect, useExternalListener} from "@odoo/owl";
import {useBus, useService} from "@web/core/utils/hooks";
import {FormController} from "@web/views/form/form_controller";
import {ListController} from "@web/views/list/list_controller";
import {RECORDS_MOVED} from "./live_service";
import {RelationalModel} from "@web/model/relational_model/relational_model";
import {_t} from "@web/core/l10n/translation";
import {formView} from "@web/views/form/form_view";
import {listView} from "@web/views/list/list_view";
import {registry} from "@web/core/registry";

// Without a websocket, a form on which something is awaited asks by itself.
const POLL_MS = 3000;
// With one, seldom: what was told while it was connecting is lost.
const SELDOM_MS = 15000;
// A reading that crossed what is being typed would erase it.
const TYPING_MS = 1000;
// Longer than the second in which a batch is told of once only.
const RELOAD_DELAY_MS = 1200;

/**
 * Return what reloads once for all that is told meanwhile.
 *
 * A reload always comes a whole delay after the last message: what moved since and was
 * not told of is seen too.
 */
function useReloadSoon(reload) {
    let timer = null;
    let isToldAgain = false;
    function reloadSoon() {
        if (timer) {
            isToldAgain = true;
            return;
        }
        timer = setTimeout(() => {
            timer = null;
            reload();
            if (isToldAgain) {
                isToldAgain = false;
                reloadSoon();
            }
        }, RELOAD_DELAY_MS);
    }
    onWillUnmount(() => clearTimeout(timer));
    return reloadSoon;
}

/** Knows when what it shows was asked for: what moved since then is not in it. */
class LiveModel extends RelationalModel {
    async load() {
        const askedAt = Date.now();
        await super.load(...arguments);
        this.rootAskedAt = askedAt;
    }
}

export class LiveFormController extends FormController {
    setup() {
        super.setup();
        this.readAt = Date.now();
        this.typedAt = 0;
        useExternalListener(window, "input", () => {
            this.typedAt = Date.now();
        });
        this.notificationService = useService("notification");
        this.live = useService("opco_live");
        useBus(this.live.bus, RECORDS_MOVED, ({detail}) => {
            if (
                detail.resModel === this.props.resModel &&
                detail.ids.includes(this.model.root.resId)
            ) {
                this.showWhatMoved();
            }
        });
        // On opening, and each time a button has the whole screen read again.
        useEffect(
            () => {
                const {resModel, resId} = this.model.root;
                if (this.live.hasMovedSince(resModel, resId, this.model.rootAskedAt)) {
                    this.showWhatMoved();
                }
            },
            () => [this.model.root.id]
        );
        useEffect(
            (isAwaiting) => {
                if (isAwaiting) {
                    const timer = setInterval(() => this.poll(), POLL_MS);
                    return () => clearInterval(timer);
                }
            },
            () => [this.isAwaiting]
        );
        onWillUnmount(() => {
            this.isGone = true;
        });
    }

    get isAwaiting() {
        return this.model.root.data.opco_transport_state === "queued";
    }

    poll() {
        if (!this.live.isTold() || Date.now() - this.readAt > SELDOM_MS) {
            this.reloadUnlessEdited();
        }
    }

    async showWhatMoved() {
        if (!(await this.reloadUnlessEdited())) {
            this.notificationService.add(
                _t("The OPCO has answered: save your changes to see it."),
                {type: "info"}
            );
        }
    }

    async endOfTyping() {
        while (!this.isGone && Date.now() - this.typedAt < TYPING_MS) {
            await new Promise((resolve) => setTimeout(resolve, TYPING_MS));
        }
    }

    async reloadUnlessEdited() {
        await this.endOfTyping();
        const root = this.model.root;
        if (this.isGone || !root.resId || (await root.isDirty())) {
            return false;
        }
        this.readAt = Date.now();
        await root.load();
        return true;
    }
}

export class LiveBatchFormController extends LiveFormController {
    setup() {
        super.setup();
        this.showWhatMoved = useReloadSoon(() => this.reloadUnlessEdited());
    }

    get isAwaiting() {
        return this.model.root.data.is_running;
    }
}

export class LiveListController extends ListController {
    setup() {
        super.setup();
        const reloadSoon = useReloadSoon(() => this.reloadUnlessBusy());
        useBus(useService("opco_live").bus, RECORDS_MOVED, ({detail}) => {
            const root = this.model.root;
            const isShown =
                detail.resModel === this.props.resModel &&
                root.records.some((record) => detail.ids.includes(record.resId));
            if (isShown) {
                reloadSoon();
            }
        });
    }

    reloadUnlessBusy() {
        const root = this.model.root;
        if (!root.editedRecord && !root.selection.length) {
            root.load();
        }
    }
}

registry.category("views").add("opco_live_form", {
    ...formView,
    Controller: LiveFormController,
    Model: LiveModel,
});
registry.category("views").add("opco_live_batch_form", {
    ...formView,
    Controller: LiveBatchFormController,
    Model: LiveModel,
});
registry.category("views").add("opco_live_list", {
    ...listView,
    Controller: LiveListController,
});
