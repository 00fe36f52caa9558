import JSON
import Ledger
import Model

/// What the body of a rotation asks for.
struct RotationWish {
    /// The new reference; nil for a rollback.
    private let newReference: SecretReference?
    /// How long the old secret can be returned to; 0 when it can't.
    let overlapSeconds: Int
    /// When the new credentials end; nil when the body does not say.
    private let end: Timestamp?

    /// Why, in the words of who rotates; the trail keeps it.
    let reason: String?

    /// Whether the secret before the last rotation is wished for.
    var isRollback: Bool { newReference == nil }

    /// Reads it.
    ///
    /// - Throws: Everything wrong with the body.
    init(
        _ body: JSONValue,
        _ tenant: TenantID,
        _ services: Services,
        now: Timestamp
    ) throws(CommandError) {
        let issues = IssueList()
        let members: Set<String> = [
            "secretRef", "overlapSeconds", "credentialsExpiresAt", "rollback", "reason",
        ]
        let reader = ObjectReader(body, at: .root, issues: issues, members: members)
        let isRollback = reader.bool("rollback") ?? false
        if isRollback {
            for name in ["secretRef", "overlapSeconds", "credentialsExpiresAt"]
            where reader.value(name) != nil {
                issues.error(.invalidValue, at: reader.place(name), "has no place in a rollback")
            }
        } else if reader.value("secretRef") == nil {
            issues.error(.missingField, at: reader.place("secretRef"), "is required")
        }
        let reference = SecretReference.read(reader, "secretRef")
        ConnectionRules.checkReference(reference, of: tenant, services, issues)
        let seconds = reader.integer("overlapSeconds", in: 0...SecretOverlap.secondsMax)
        let end = reader.timestamp("credentialsExpiresAt")
        if let end, end <= now {
            let detail = "must be later than now: credentials that have ended don't take over"
            issues.error(.invalidValue, at: reader.place("credentialsExpiresAt"), detail)
        }
        let reason = ActionBody.reason(reader)
        guard !issues.hasErrors else { throw .invalid(issues.issues) }
        self.reason = reason
        self.end = end
        newReference = isRollback ? nil : reference
        overlapSeconds = isRollback ? 0 : seconds ?? SecretOverlap.secondsDefault
    }

    /// When the connection's credentials end after it; nil when it is not known.
    ///
    /// What was known of other credentials says nothing of new ones, but comes back with them.
    func credentialsEnd(
        of connection: Connection,
        with reference: SecretReference,
        _ tenant: TenantState
    ) -> Timestamp? {
        if isRollback { return tenant.overlaps[connection.id]?.previousEnd }
        let isSame = connection.secretReference == reference
        return end ?? (isSame ? connection.credentialsExpireAt : nil)
    }

    /// The reference that takes over.
    ///
    /// - Throws: `NO_OVERLAP` when a rollback has nothing to return to.
    func reference(
        for connection: Connection,
        _ tenant: TenantState,
        _ now: Timestamp
    ) throws(CommandError) -> SecretReference {
        if let newReference { return newReference }
        guard let overlap = tenant.overlaps[connection.id],
            overlap.isOpen(for: connection, at: now)
        else {
            throw CommandError(
                .conflict,
                "NO_OVERLAP",
                "There is no secret to return to: the connection was not rotated, or the overlap "
                    + "is over."
            )
        }
        return overlap.previous
    }
}
