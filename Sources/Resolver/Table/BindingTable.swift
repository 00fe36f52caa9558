public import Model
import Policy

/// One version of a tenant's config, compiled for decisions: which connection serves a capability
/// in a workflow, which others would, and why the rest do not (API section 5).
///
/// Every question goes through one evaluation of a candidate, so that a decision, its explanation,
/// the resolved config and the validation report cannot disagree. A table never changes; it is good
/// for the state that it was compiled from. A class, so that handing it on costs one reference.
public final class BindingTable: Sendable {
    /// The config.
    public let config: TenantAppConfig
    /// The number of its version.
    public let versionNumber: Int
    /// The blueprint.
    public let blueprint: Blueprint
    /// The environment.
    public let environment: Environment
    /// The capabilities that some slot requires, in the blueprint's order, each once.
    public let capabilities: [CapabilityKey]

    /// Parallel to the config's bindings.
    let bindings: [BoundBinding]
    /// The connections that are bound, or would be if there were such, each once.
    let connections: [BoundConnection]
    /// The places of the connections that bindings name.
    let connectionPlaces: [ConnectionID: Int]
    /// The bindings to each connection.
    let bindingChains: BindingChains
    /// Their specs, each once; nil for one that is not registered.
    let specs: [IntegrationSpec?]
    /// Parallel to the blueprint's slots.
    let slots: [TableSlot]
    /// What each slot's specs bring to its capabilities.
    let offers: [Offer]
    /// Where a capability is required.
    let seats: [CapabilityKey: [Seat]]
    /// Which offers an operation serves.
    let operations: [OperationID: [OperationSeat]]

    /// Compiles a config.
    ///
    /// - Complexity: O(bindings + slots × their capabilities × their specs × rules).
    public convenience init(compiling inputs: ResolverInputs) {
        var compiler = BindingCompiler(inputs)
        compiler.compile()
        self.init(compiler)
    }

    init(_ compiled: BindingCompiler) {
        let inputs = compiled.inputs
        self.config = inputs.config
        self.versionNumber = inputs.versionNumber
        self.blueprint = inputs.blueprint
        self.environment = inputs.environment
        self.capabilities = compiled.capabilities
        self.bindings = compiled.bindings
        self.connections = compiled.connections
        self.connectionPlaces = compiled.connectionPlaces
        self.bindingChains = compiled.bindingChains
        self.specs = compiled.specs
        self.slots = compiled.slots
        self.offers = compiled.offers
        self.seats = compiled.seats
        self.operations = compiled.operations
    }
}

extension BindingTable {
    /// How many offers were compiled: each is judged by every rule.
    public var offerCount: Int { offers.count }

    /// The call that a binding would serve, as rules see it; nil without its connection, or where
    /// the spec has no operation.
    func call(_ index: Int, offer: Int, slot: Int) -> PolicyCall? {
        let connection = connections[bindings[index].connection].observed?.connection
        guard let connection, let operation = offers[offer].operation,
            let spec = connections[bindings[index].connection].spec.flatMap({ specs[$0] })
        else { return nil }
        return PolicyCall(
            offer: PolicyOffer(
                operation: operation,
                integration: spec.id.key,
                category: spec.category,
                slot: blueprint.slots[slot].id,
                environment: environment.name
            ),
            connection: connection.id,
            mode: connection.mode
        )
    }
}

/// The bindings to each connection, in the order written: for each place of a connection its first,
/// for each binding the next one.
///
/// Two lists whatever the number of connections: compiling is mostly hashing and allocating.
struct BindingChains: Sendable {
    private var first: [Int] = []
    private var last: [Int] = []
    private var next: [Int] = []

    /// Adds the next binding of the config, to the connection at this place.
    mutating func append(to place: Int) {
        let index = next.count
        next.append(-1)
        if place == first.count {
            first.append(index)
            last.append(index)
        } else {
            next[last[place]] = index
            last[place] = index
        }
    }

    /// The bindings to the connection at the place.
    subscript(place: Int) -> [Int] {
        var indices: [Int] = []
        var index = first[place]
        while index >= 0 {
            indices.append(index)
            index = next[index]
        }
        return indices
    }
}

/// A slot's bindings, in the order written, and how to find those of a workflow.
struct TableSlot: Sendable {
    var bindings: [Int] = []
    var index = WorkflowIndex()
    /// Whether some binding's scope lists operations.
    var listsOperations = false
    /// The places of its bindings' specs in the table, each once.
    var specs: [Int] = []
    /// The first of its offers: for each capability in turn, one for each spec.
    var firstOffer = 0
}

/// A capability in a slot that requires it.
struct Seat: Sendable {
    /// The slot's place in the blueprint.
    let slot: Int
    /// The offer of the slot's first spec; those of the others follow.
    let firstOffer: Int
}

/// An operation in a slot that has it through one of its specs.
struct OperationSeat: Sendable {
    /// The slot's place in the blueprint.
    let slot: Int
    /// Which of the slot's specs it is.
    let specInSlot: Int
    /// The offer.
    let offer: Int
}
