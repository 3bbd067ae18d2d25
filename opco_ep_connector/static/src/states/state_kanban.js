// Copyright 2026 OPCO EP Connector contributors
// License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import {_t} from "@web/core/l10n/translation";
import {kanbanView} from "@web/views/kanban/kanban_view";
import {registry} from "@web/core/registry";

const {Model} = kanbanView;

/**
 * A column has a title even when its contracts have no state.
 */
class StateGroup extends Model.Group {
    setup() {
        super.setup(...arguments);
        this.displayName ||= _t("Nothing at the OPCO");
    }
}

class StateModel extends Model {
    static Group = StateGroup;
}

registry.category("views").add("opco_state_kanban", {
    ...kanbanView,
    Model: StateModel,
});
