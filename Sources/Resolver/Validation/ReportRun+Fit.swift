import JSON
import Model

extension ReportRun {
    /// How the connection's spec fits the connection and the slot.
    mutating func checkFit(_ index: Int, _ binding: Binding, _ spec: IntegrationSpec) {
        let name = binding.connection.text
        let place = Self.place(index).appending("connectionId")
        let reasons = table.bindings[index].reasons
        let mode = connection(index).observed?.connection.mode.rawValue ?? ""
        if reasons.contains(.modeNotSupported) {
            let modes = spec.supportedModes.map(\.rawValue).joined(separator: ", ")
            draft.add(
                .error,
                .unsupportedOwnershipMode,
                at: place,
                "\(name) is \(mode), which \(spec.id.key.text) does not support",
                suggestion: "bind a connection whose mode is one of: \(modes)"
            )
        }
        checkModeIsAllowed(index, binding)
        guard let slot = slot(index) else { return }
        if spec.category != slot.category {
            draft.add(
                .error,
                .categoryMismatch,
                at: place,
                "\(name) is of the category \(spec.category.text), the slot of \(slot.category.text)",
                suggestion: "bind a connection of the category \(slot.category.text)"
            )
        }
        checkCapabilities(index, slot, spec)
    }

    /// How the connection's mode fits the slot, whether or not its spec is there.
    mutating func checkModeIsAllowed(_ index: Int, _ binding: Binding) {
        guard let slot = slot(index), table.bindings[index].reasons.contains(.modeNotAllowed),
            let mode = connection(index).observed?.connection.mode.rawValue
        else { return }
        let modes = slot.allowedModes.map(\.rawValue).joined(separator: ", ")
        draft.add(
            .error,
            .modeMismatch,
            at: Self.place(index).appending("connectionId"),
            "\(binding.connection.text) is \(mode), which the slot \(slot.id.text) does not allow",
            suggestion: "bind a connection whose mode is one of: \(modes)"
        )
    }

    private mutating func checkCapabilities(
        _ index: Int,
        _ slot: Blueprint.Slot,
        _ spec: IntegrationSpec
    ) {
        let bound = table.bindings[index]
        guard let slotPlace = bound.slot, let specInSlot = bound.specInSlot else { return }
        let tableSlot = table.slots[slotPlace]
        let lacking = slot.capabilities.indices.filter { position in
            let offer = tableSlot.firstOffer + position * tableSlot.specs.count + specInSlot
            return table.offers[offer].reasons.contains(.capabilityNotProvided)
        }
        guard !lacking.isEmpty else { return }
        let names = lacking.prefix(5)
            .map { position in
                let requirement = slot.capabilities[position]
                let version = requirement.version.map { " version \($0.text)" } ?? ""
                return requirement.key.text + version
            }
            .joined(separator: ", ")
        let more = lacking.count > 5 ? " and \(lacking.count - 5) more" : ""
        draft.add(
            .error,
            .capabilityNotProvided,
            at: Self.place(index).appending("connectionId"),
            "\(spec.id.key.text) version \(spec.id.version.text) does not provide \(names)\(more)",
            suggestion: "bind a connection of an integration that provides what the slot requires"
        )
    }

    /// A spec that is not registered, at each binding to a connection of it.
    mutating func checkSpecIsThere(_ index: Int) {
        guard let connection = connection(index).observed?.connection, spec(index) == nil else {
            return
        }
        draft.add(
            .error,
            .integrationSpecNotFound,
            at: Self.place(index).appending("connectionId"),
            "there is no spec \(connection.spec.key.text) version \(connection.spec.version.text)",
            suggestion: "register the spec, or bind a connection of one that is registered"
        )
    }

    /// The required slots that nothing fills.
    mutating func checkMissingSlots() {
        for slot in table.missingSlots {
            let isBound = table.config.bindings.contains { $0.slot == slot }
            let detail =
                isBound
                ? "no binding of the required slot \(slot.text) serves all that it requires"
                : "the required slot \(slot.text) is not bound"
            draft.add(
                .error,
                .missingRequiredSlot,
                at: .root.appending("integrations"),
                detail,
                suggestion: isBound
                    ? "mend the bindings of \(slot.text), or ask explain why they do not serve"
                    : "add a binding with the slotId \(slot.text)"
            )
        }
    }
}
