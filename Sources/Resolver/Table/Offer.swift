import Model
import Policy

/// What one spec brings to one capability of a slot: the same for every binding to a connection of
/// that spec, so it is judged once.
struct Offer: Sendable {
    /// The operation that serves the capability; nil when the spec is missing or has none.
    let operation: OperationID?
    /// Whose breaker its calls pass.
    let callClass: Operation.CallClass
    /// What speaks against the spec here.
    let reasons: ReasonSet
    /// The rules that can have a say.
    let policies: OfferPolicies

    init(
        of spec: IntegrationSpec?,
        for requirement: CapabilityRequirement,
        in slot: Blueprint.Slot,
        _ environment: EnvironmentName,
        _ policies: PolicySet
    ) {
        guard let spec else {
            self.init(operation: nil, reasons: .specNotFound, policies: .none)
            return
        }
        var reasons: ReasonSet = spec.category == slot.category ? [] : .categoryMismatch
        let version = requirement.version
        guard let provision = spec.provision(of: requirement.key, version: version) else {
            reasons.insert(.capabilityNotProvided)
            self.init(operation: nil, reasons: reasons, policies: .none)
            return
        }
        let offer = PolicyOffer(
            operation: provision.operation,
            integration: spec.id.key,
            category: spec.category,
            slot: slot.id,
            environment: environment
        )
        self.init(
            operation: provision.operation,
            callClass: spec.operations[provision.operation]?.callClass ?? .write,
            reasons: reasons,
            policies: policies.narrowed(to: offer)
        )
    }

    private init(
        operation: OperationID?,
        callClass: Operation.CallClass = .write,
        reasons: ReasonSet,
        policies: OfferPolicies
    ) {
        self.operation = operation
        self.callClass = callClass
        self.reasons = reasons
        self.policies = policies
    }
}
