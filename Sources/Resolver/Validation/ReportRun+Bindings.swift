import JSON
import Model

extension ReportRun {
    /// Each binding: its slot, its connection, and how the two fit.
    mutating func checkBindings() {
        checkDuplicateSlots()
        checkBlueprint()
        checkUnboundSlots()
        var seenSpecs: Set<SpecID> = []
        var seenSlots: Set<SlotID> = []
        for (index, binding) in table.config.bindings.enumerated() {
            checkSlot(index, binding, &seenSlots)
            checkConnection(index, binding)
            checkSpecIsThere(index)
            if let spec = spec(index) {
                checkFit(index, binding, spec)
                if spec.deprecation != nil, seenSpecs.insert(spec.id).inserted {
                    warnDeprecated(index, spec)
                }
            } else {
                checkModeIsAllowed(index, binding)
            }
            checkDescription(index, binding)
        }
    }

    private mutating func checkDuplicateSlots() {
        var seen: Set<SlotID> = []
        for slot in table.blueprint.slots where !seen.insert(slot.id).inserted {
            draft.add(
                .error,
                .duplicateSlot,
                at: .root.appending("meta").appending("blueprintVersion"),
                "the blueprint has the slot \(slot.id.text) twice",
                suggestion: "use a version of the blueprint that names each slot once"
            )
        }
    }

    private mutating func checkBlueprint() {
        guard let deprecation = table.blueprint.deprecation else { return }
        let id = table.blueprint.id
        let use = deprecation.use.map { "upgrade to \($0)" }
        draft.add(
            .warning,
            .deprecatedBlueprint,
            at: .root.appending("meta").appending("blueprintVersion"),
            "the blueprint \(id.name.text) version \(id.version.text) is deprecated"
                + deprecation.words(at: surroundings.now),
            suggestion: use ?? "upgrade to another version"
        )
    }

    /// A slot that nothing is bound to is told of at the blueprint; the others at a binding.
    private mutating func checkUnboundSlots() {
        let bound = Set(table.config.bindings.map(\.slot))
        let place = JSONPointer.root.appending("meta").appending("blueprintVersion")
        for slot in table.blueprint.slots where !bound.contains(slot.id) {
            if slot.namesModes, slot.allowedModes.isEmpty { warnEmptyModes(slot.id, at: place) }
        }
    }

    private mutating func warnEmptyModes(_ slot: SlotID, at place: JSONPointer) {
        draft.add(
            .warning,
            .emptyAllowedModes,
            at: place,
            "the slot \(slot.text) has an empty list of allowedModes, which allows every mode",
            suggestion: "list the modes that the blueprint means to allow"
        )
    }

    private mutating func checkSlot(
        _ index: Int,
        _ binding: Binding,
        _ seen: inout Set<SlotID>
    ) {
        let name = binding.slot.text
        let place = Self.place(index).appending("slotId")
        guard let slot = slot(index) else {
            draft.add(
                .error,
                .unknownSlotBinding,
                at: place,
                "the blueprint has no slot \(name)",
                suggestion: Self.didYouMean(
                    name,
                    table.blueprint.slots.map(\.id.text),
                    else: "bind one of the blueprint's slots, or remove this binding",
                    guesses
                )
            )
            return
        }
        guard slot.namesModes, slot.allowedModes.isEmpty, seen.insert(slot.id).inserted else {
            return
        }
        warnEmptyModes(slot.id, at: place)
    }

    private mutating func checkConnection(_ index: Int, _ binding: Binding) {
        let name = binding.connection.text
        let place = Self.place(index).appending("connectionId")
        guard let connection = connection(index).observed?.connection else {
            draft.add(
                .error,
                .missingIntegrationConnection,
                at: place,
                "the tenant has no connection \(name)",
                suggestion: Self.didYouMean(
                    name,
                    surroundings.connectionIDs.lazy.map(\.text),
                    else: "create the connection, or bind one that exists",
                    guesses
                )
            )
            return
        }
        let reasons = table.bindings[index].reasons
        if reasons.contains(.environmentMismatch) {
            let wanted = table.config.environment.text
            draft.add(
                .error,
                .environmentMismatch,
                at: place,
                "\(name) is a connection of \(connection.environment.text), not of \(wanted)",
                suggestion: "bind a connection of the environment \(wanted)"
            )
        }
        if connection.status != .active {
            let action = connection.status == .revoked ? "bind another connection" : "resume it"
            draft.add(
                .error,
                .connectionNotReady,
                at: place,
                "the connection \(name) is \(connection.status.rawValue)",
                suggestion: action
            )
        }
    }

    private mutating func checkDescription(_ index: Int, _ binding: Binding) {
        if !binding.isDescribed {
            draft.add(
                .warning,
                .undocumentedBinding,
                at: Self.place(index),
                "the binding has no description",
                suggestion: "say in description what it is for"
            )
        }
        guard binding.scope.workflows == nil, binding.scope.operations == nil,
            let slot = table.bindings[index].slot, table.slots[slot].bindings.count > 1
        else { return }
        draft.add(
            .warning,
            .unscopedBinding,
            at: Self.place(index),
            "the slot has other bindings, and this one has no scope",
            suggestion: "list in scope.workflows the workflows that it is for"
        )
    }

    private mutating func warnDeprecated(_ index: Int, _ spec: IntegrationSpec) {
        let name = "\(spec.id.key.text) version \(spec.id.version.text)"
        let sunset = spec.deprecation?.words(at: surroundings.now) ?? ""
        let use = spec.deprecation?.use.map { "move to a connection of \($0)" }
        draft.add(
            .warning,
            .deprecatedSpec,
            at: Self.place(index).appending("connectionId"),
            "the integration \(name) is deprecated\(sunset)",
            suggestion: use ?? "move to a connection of another version"
        )
    }
}
