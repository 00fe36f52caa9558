import Model
import Policy

/// Compiles a config into the parts of a `BindingTable`.
struct BindingCompiler {
    let inputs: ResolverInputs
    private(set) var capabilities: [CapabilityKey] = []
    private(set) var bindings: [BoundBinding] = []
    private(set) var connections: [BoundConnection] = []
    private(set) var specs: [IntegrationSpec?] = []
    private(set) var slots: [TableSlot] = []
    private(set) var offers: [Offer] = []
    private(set) var seats: [CapabilityKey: [Seat]] = [:]
    private(set) var operations: [OperationID: [OperationSeat]] = [:]
    private(set) var connectionPlaces: [ConnectionID: Int] = [:]
    private(set) var bindingChains = BindingChains()
    private var specPlaces: [SpecID: Int] = [:]

    init(_ inputs: ResolverInputs) { self.inputs = inputs }

    mutating func compile() {
        slots = Array(repeating: TableSlot(), count: inputs.blueprint.slots.count)
        // Growing a table hashes all its keys again: the time of compiling is mostly hashing.
        let bindingCount = inputs.config.bindings.count
        bindings.reserveCapacity(bindingCount)
        connections.reserveCapacity(bindingCount)
        connectionPlaces.reserveCapacity(bindingCount)
        specsInSlots.reserveCapacity(min(bindingCount, slots.count))
        seats.reserveCapacity(slots.count)
        capabilities.reserveCapacity(slots.count)
        offers.reserveCapacity(slots.count)
        let slotIDs = inputs.blueprint.slots.map(\.id)
        let places = Dictionary(zip(slotIDs, slotIDs.indices)) { first, _ in first }
        for (index, binding) in inputs.config.bindings.enumerated() {
            add(binding, at: index, slot: places[binding.slot])
        }
        for slot in slots.indices { addSeats(slot) }
    }

    /// Adds a binding; one to a slot that the blueprint does not have is a candidate for nothing.
    private mutating func add(_ binding: Binding, at index: Int, slot: Int?) {
        let place = place(of: binding.connection)
        bindingChains.append(to: place)
        let connection = connections[place]
        var reasons = connection.reasons
        var specInSlot: Int?
        if let slot {
            if let spec = connection.spec { specInSlot = self.place(of: spec, inSlot: slot) }
            let allowed = inputs.blueprint.slots[slot].allowedModes
            if let mode = connection.observed?.connection.mode, !allowed.isEmpty,
                !allowed.contains(mode)
            {
                reasons.insert(.modeNotAllowed)
            }
            slots[slot].bindings.append(index)
            slots[slot].index.add(index, binding.scope.workflows)
            if binding.scope.operations != nil { slots[slot].listsOperations = true }
        }
        bindings.append(
            BoundBinding(
                binding,
                slot: slot,
                connection: place,
                specInSlot: specInSlot,
                reasons: reasons
            )
        )
    }

    private mutating func place(of id: ConnectionID) -> Int {
        if let place = connectionPlaces[id] { return place }
        let observed = inputs.connection(id)
        let spec = (observed?.connection.spec).map { self.place(of: $0) }
        connections.append(
            BoundConnection(
                observed,
                spec: spec,
                supportedModes: spec.flatMap { specs[$0]?.supportedModes },
                environment: inputs.config.environment
            )
        )
        connectionPlaces[id] = connections.count - 1
        return connections.count - 1
    }

    private mutating func place(of id: SpecID) -> Int {
        if let place = specPlaces[id] { return place }
        specs.append(inputs.spec(id))
        specPlaces[id] = specs.count - 1
        return specs.count - 1
    }

    /// Which of the slot's specs this is.
    private mutating func place(of spec: Int, inSlot slot: Int) -> Int {
        if let place = specsInSlots[SlotSpec(slot: slot, spec: spec)] { return place }
        slots[slot].specs.append(spec)
        specsInSlots[SlotSpec(slot: slot, spec: spec)] = slots[slot].specs.count - 1
        return slots[slot].specs.count - 1
    }

    private struct SlotSpec: Hashable {
        let slot: Int
        let spec: Int
    }
    private var specsInSlots: [SlotSpec: Int] = [:]

    private mutating func addSeats(_ index: Int) {
        let slot = inputs.blueprint.slots[index]
        slots[index].firstOffer = offers.count
        for requirement in slot.capabilities {
            let seat = Seat(slot: index, firstOffer: offers.count)
            if seats[requirement.key] == nil { capabilities.append(requirement.key) }
            seats[requirement.key, default: []].append(seat)
            for (position, spec) in slots[index].specs.enumerated() {
                let environment = inputs.config.environment
                let policies = inputs.policies
                let offer = Offer(
                    of: specs[spec],
                    for: requirement,
                    in: slot,
                    environment,
                    policies
                )
                offers.append(offer)
                if let operation = offer.operation { addOperation(operation, index, position) }
            }
        }
    }

    /// Notes the newest offer as one of the operation's; capabilities of a slot that share an
    /// operation share the offer too.
    private mutating func addOperation(_ operation: OperationID, _ slot: Int, _ spec: Int) {
        let known = operations[operation] ?? []
        guard !known.contains(where: { $0.slot == slot && $0.specInSlot == spec }) else { return }
        let seat = OperationSeat(slot: slot, specInSlot: spec, offer: offers.count - 1)
        operations[operation, default: []].append(seat)
    }
}
