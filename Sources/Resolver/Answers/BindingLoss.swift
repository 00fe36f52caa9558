public import JSON
public import Model

/// What a binding loses when its config goes over to another version of its blueprint.
public struct BindingLoss: Sendable, Hashable {
    /// Why a binding serves nothing any more.
    public enum Reason: String, Sendable, Hashable {
        /// The blueprint has no such slot.
        case slotGone = "SLOT_GONE"
        /// The slot requires nothing any more of what the connection's integration provides.
        case capabilityGone = "CAPABILITY_GONE"
        /// The slot requires something, and the operations in the binding's scope are none of it.
        case operationGone = "OPERATION_GONE"
    }

    /// The binding's place in the config.
    public let index: Int
    /// The binding.
    public let binding: Binding
    /// Why it is an orphan; nil when it serves on, if less than before.
    public let reason: Reason?
    /// What it served and does not serve any more, in the order of the slot.
    public let capabilities: [CapabilityKey]

    /// The most capabilities of one binding that are told.
    static let capabilityCountMax = 100

    /// The loss as the API writes it.
    public var json: JSONValue {
        let names = capabilities.prefix(Self.capabilityCountMax)
        var object: JSONObject = [
            "pointer": .string(JSONPointer.root.appending("integrations").appending(index).text),
            "slotId": .string(binding.slot.text),
            "connectionId": .string(binding.connection.text),
        ]
        object["reason"] = reason.map { .string($0.rawValue) }
        object["capabilities"] = .array(names.map { .string($0.text) })
        return .object(object)
    }
}

extension BindingTable {
    /// What the bindings lose that this table and another one have in the same order; those that lose
    /// nothing are left out.
    ///
    /// Scopes and specs decide, health and policies do not: a paused connection's binding is no
    /// orphan. What does not fit at all says the report.
    ///
    /// - Complexity: O(bindings × capabilities of their slots × operations in their scopes).
    public func losses(to other: BindingTable) -> [BindingLoss] {
        precondition(config.bindings.count == other.config.bindings.count, "the same bindings")
        return config.bindings.indices.compactMap { index in
            let before = service(of: index)
            guard let after = other.service(of: index) else {
                return loss(index, .slotGone, before?.served ?? [])
            }
            guard let before else { return nil }
            let kept = Set(after.served)
            let lost = before.served.filter { !kept.contains($0) }
            if !before.isNothingProvided, after.isNothingProvided {
                return loss(index, .capabilityGone, lost)
            }
            if !before.served.isEmpty, after.served.isEmpty {
                return loss(index, .operationGone, lost)
            }
            return lost.isEmpty ? nil : loss(index, nil, lost)
        }
    }

    private func loss(
        _ index: Int,
        _ reason: BindingLoss.Reason?,
        _ capabilities: [CapabilityKey]
    ) -> BindingLoss {
        BindingLoss(
            index: index,
            binding: config.bindings[index],
            reason: reason,
            capabilities: capabilities
        )
    }

    /// What a binding's spec provides of what its slot requires, and what of it the scope lets through.
    private struct Service {
        var isNothingProvided = true
        var served: [CapabilityKey] = []
    }

    /// What a binding serves; nil for a slot that the blueprint does not have.
    private func service(of index: Int) -> Service? {
        let bound = bindings[index]
        guard let place = bound.slot else { return nil }
        var service = Service()
        guard let specInSlot = bound.specInSlot else { return service }
        let slot = slots[place]
        let operations = config.bindings[index].scope.operations
        for (position, requirement) in blueprint.slots[place].capabilities.enumerated() {
            let offer = offers[slot.firstOffer + position * slot.specs.count + specInSlot]
            guard let operation = offer.operation else { continue }
            service.isNothingProvided = false
            guard let operations else {
                service.served.append(requirement.key)
                continue
            }
            if operations.contains(where: { $0.matches(operation.text) }) {
                service.served.append(requirement.key)
            }
        }
        return service
    }
}
