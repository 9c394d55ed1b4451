import {SelectionField, selectionField} from "@web/views/fields/selection/selection_field";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";

/**
 * A field of a document: of all that exist, those the record's own document has.
 */
export class HubDocumentField extends SelectionField {
    get options() {
        const {document_fields: own, [this.props.name]: current} =
            this.props.record.data;
        const names = new Set([...(own || []), current]);
        return super.options.filter(([name]) => names.has(name));
    }
}

registry.category("fields").add("hub_document_field", {
    ...selectionField,
    component: HubDocumentField,
    displayName: _t("Field of a Document"),
    fieldDependencies: [{name: "document_fields", type: "json"}],
    supportedTypes: ["selection"],
});
