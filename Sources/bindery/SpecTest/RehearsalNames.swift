import Model

/// The names that a rehearsed call bears; they stand nowhere in its request.
enum RehearsalNames {
    static let tenant = known(TenantID("example"))
    static let environment = known(EnvironmentName("sandbox"))
    static let blueprint = known(BlueprintName("example"))
    static let workflow = known(WorkflowName("example"))
    static let capability = known(CapabilityKey("example.call"))
    static let slot = known(SlotID("example"))

    private static func known<Name>(_ name: Name?) -> Name {
        guard let name else { preconditionFailure("the names of a rehearsal are identifiers") }
        return name
    }
}
