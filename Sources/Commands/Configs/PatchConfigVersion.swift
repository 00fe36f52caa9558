public import JSON
import Ledger
import Model

/// Changes members of a draft (RFC 7396).
public struct PatchConfigVersion: Sendable {
    /// The line.
    public let target: ConfigScope
    /// The version.
    public let number: Int
    /// The merge patch.
    public let patch: JSONValue

    /// A request.
    public init(target: ConfigScope, number: Int, patch: JSONValue) {
        self.target = target
        self.number = number
        self.patch = patch
    }

    /// Carries it out; what the patch makes is checked as a whole.
    ///
    /// - Throws: `NOT_FOUND`, `VERSION_IMMUTABLE`, `TOO_MANY_AUTHORS`, everything malformed in the
    ///   result.
    public func run(_ context: CommandContext) async throws(CommandError) -> CommandAnswer {
        guard patch.object != nil else {
            throw .invalid(.wrongType, at: .root, "must be an object, is \(patch.typeName)")
        }
        let subject = target.subject("config.patch", number)
        return try await context.write(subject) { (state, stamp) throws(CommandError) in
            try PutConfigVersion.plan(target, number, state, stamp, context) {
                JSONValue.object($0).merging(patch: patch)
            }
        }
    }
}
