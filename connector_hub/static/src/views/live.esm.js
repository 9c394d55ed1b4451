import {Component, onMounted, onWillUnmount} from "@odoo/owl";
import {evaluateBooleanExpr} from "@web/core/py_js/py";
import {kanbanView} from "@web/views/kanban/kanban_view";
import {KanbanController} from "@web/views/kanban/kanban_controller";
import {listView} from "@web/views/list/list_view";
import {ListController} from "@web/views/list/list_controller";
import {registry} from "@web/core/registry";
import {standardWidgetProps} from "@web/views/widgets/standard_widget_props";

const INTERVAL = 5000;

/**
 * Call ``reload`` every few seconds while the tab is visible and ``isQuiet`` allows
 * it, never twice at the same time.
 *
 * @param {Function} reload returns a promise
 * @param {Function} isQuiet returns true while a reload disturbs nobody
 */
export function useLiveReload(reload, isQuiet) {
    let timer = null;
    let running = false;
    async function tick() {
        if (running || document.visibilityState !== "visible" || !isQuiet()) {
            return;
        }
        running = true;
        try {
            await reload();
        } finally {
            running = false;
        }
    }
    onMounted(() => {
        timer = setInterval(tick, INTERVAL);
    });
    onWillUnmount(() => clearInterval(timer));
}

// Nothing is edited, selected or opened that a reload would take away
function isListQuiet(model) {
    const root = model.root;
    return (
        !root.editedRecord &&
        !(root.selection || []).length &&
        !document.querySelector(".modal, .o-dropdown--menu")
    );
}

export class HubLiveKanbanController extends KanbanController {
    setup() {
        super.setup();
        useLiveReload(
            () => this.model.root.load(),
            () => isListQuiet(this.model)
        );
    }
}

export class HubLiveListController extends ListController {
    setup() {
        super.setup();
        useLiveReload(
            () => this.model.root.load(),
            () => isListQuiet(this.model)
        );
    }
}

registry.category("views").add("hub_live_kanban", {
    ...kanbanView,
    Controller: HubLiveKanbanController,
});
registry.category("views").add("hub_live_list", {
    ...listView,
    Controller: HubLiveListController,
});

/**
 * In a form: reads the record again every few seconds while the expression in the
 * attribute ``when`` holds, and says so.
 */
export class HubLive extends Component {
    static template = "connector_hub.HubLive";
    static props = {...standardWidgetProps, when: {type: String}};

    setup() {
        useLiveReload(
            () => this.props.record.load(),
            () => this.isLive && !this.props.record.dirty
        );
    }

    get isLive() {
        const {record, when} = this.props;
        return Boolean(record.resId) && evaluateBooleanExpr(when, record.evalContext);
    }
}

registry.category("view_widgets").add("hub_live", {
    component: HubLive,
    extractProps: ({attrs}) => ({when: attrs.when}),
});
