/// Something of a spec that does not do what it should.
struct RehearsalFinding: Sendable, Hashable {
    /// The operation; nil for the spec itself.
    let operation: String?
    /// The member that is wrong, from the spec's root, such as `/operations/a.b/body/to`.
    let member: String
    /// What is wrong, in words.
    let detail: String
}
