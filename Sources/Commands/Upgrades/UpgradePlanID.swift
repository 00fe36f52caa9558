import JSON
import Ledger
import Model
import Platform

/// Names a plan: the revision that it was made at, and a digest of the two versions that it is about.
///
/// Nothing of a plan is stored. What was live at its revision is what has not moved since; so whoever
/// has the name can go on with the plan on every replica, after every crash.
struct UpgradePlanID: Sendable, Equatable {
    /// The store's revision that the plan was made at.
    let revision: UInt64
    private let digest: String

    /// The digest's length, in bytes of the hash.
    private static let digestByteCount = 12

    /// The plan of an upgrade at a revision.
    init(_ revision: UInt64, from: Blueprint, to: Blueprint) {
        self.revision = revision
        var bytes: [UInt8] = []
        for blueprint in [from, to] {
            // That a version is deprecated changes nobody's plan.
            var object = blueprint.document.object
            object["deprecated"] = nil
            bytes += JSONValue.object(object).canonical()
        }
        digest = Hex.encode(Array(Digest.sha256(bytes).prefix(Self.digestByteCount)))
    }

    /// Reads the name that a plan was given; nil for what is none.
    init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, let revision = UInt64(parts[0]), "\(revision)" == parts[0],
            parts[1].utf8.count == 2 * Self.digestByteCount,
            Hex.decode(parts[1]) != nil
        else { return nil }
        self.revision = revision
        digest = parts[1]
    }

    /// The name.
    var text: String { "\(revision)-\(digest)" }
}
