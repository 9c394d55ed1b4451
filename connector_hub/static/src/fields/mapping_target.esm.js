import {CharField, charField} from "@web/views/fields/char/char_field";
import {Component} from "@odoo/owl";
import {Field} from "@web/views/fields/field";
import {_t} from "@web/core/l10n/translation";
import {getFieldDomain} from "@web/model/relational_model/utils";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";

/**
 * What a remote value stands for: the one field of several that its kind calls for,
 * so that a list of all kinds needs one column.
 */
export class HubMappingTarget extends Component {
    static template = "connector_hub.HubMappingTarget";
    static components = {Field};
    static props = {...standardFieldProps};

    get target() {
        return this.props.record.data.target_field;
    }

    get fieldProps() {
        const {record, readonly} = this.props;
        const name = this.target;
        const props = {name, record, readonly};
        const {type} = record.fields[name];
        if (type === "boolean") {
            return props;
        }
        props.placeholder = _t("Choose…");
        if (type === "many2one") {
            props.domain = () => getFieldDomain(record, name);
        }
        return ["char", "selection"].includes(type)
            ? props
            : {...props, canCreate: false, canOpen: false};
    }
}

registry.category("fields").add("hub_mapping_target", {
    component: HubMappingTarget,
    displayName: _t("What a Value Stands For"),
    fieldDependencies: [{name: "target_field", type: "char"}],
    supportedTypes: ["char"],
    listViewWidth: [180, 400],
});

/**
 * A key that a system gave, shown as what people call it.
 */
export class HubNamedKey extends CharField {
    static template = "connector_hub.HubNamedKey";

    get label() {
        return this.props.record.data.remote_name || this.formattedValue;
    }
}

registry.category("fields").add("hub_named_key", {
    ...charField,
    component: HubNamedKey,
    displayName: _t("Key with a Name"),
    fieldDependencies: [{name: "remote_name", type: "char"}],
    supportedTypes: ["char"],
});
