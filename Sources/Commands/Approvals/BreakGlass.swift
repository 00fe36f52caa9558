import JSON
import Model
import Policy

/// Why a config goes live without the approvals that its environment asks for.
///
/// Approvals are all that it skips: what is wrong with a config is refused as ever. Where none are
/// wanted, or all are there, it means nothing and is told nowhere.
struct BreakGlass: Sendable, Hashable {
    /// The reason, in the caller's words.
    let reason: String

    /// Reads the member `breakGlass` of a body; nil when it is absent or wrong.
    init?(_ reader: ObjectReader) {
        guard let nested = reader.nested("breakGlass", members: ["reason"]) else { return nil }
        nested.require("reason")
        let lengths = BreakGlassRule.reasonLength
        let byteCountMax = lengths.upperBound * 4
        guard let text = nested.string("reason", byteCountMax: byteCountMax) else { return nil }
        guard lengths.contains(text.unicodeScalars.count) else {
            let words = "must be \(lengths.lowerBound) to \(lengths.upperBound) characters"
            nested.error(.invalidValue, "reason", words)
            return nil
        }
        reason = text
    }

    /// Checks that the caller has the right to it.
    ///
    /// - Throws: `FORBIDDEN`.
    func authorize(_ target: ConfigScope, _ caller: Caller) throws(CommandError) {
        _ = try caller.authorize(
            .configsBreakGlass,
            tenant: target.scope.tenant,
            environment: target.line.environment
        )
    }
}

/// What the reason of a break-glass has to be.
public enum BreakGlassRule {
    /// Its length, in Unicode scalars.
    public static let reasonLength = ApprovalPolicy.reasonLength
}
