import JSON
import Ledger
public import Model

/// Removes a secret that no connection refers to, nor can return to, from Bindery's own store.
public struct DeleteSecret: Sendable {
    /// The most connections that are named.
    private static let namedCountMax = 50

    /// The tenant.
    public let scope: TenantScope
    /// The secret's name.
    public let name: SecretName

    /// A request.
    public init(scope: TenantScope, name: SecretName) {
        self.scope = scope
        self.name = name
    }

    /// Carries it out.
    ///
    /// - Throws: `NOT_FOUND`; `SECRET_IN_USE` with the connections.
    public func run(_ context: CommandContext) async throws(CommandError) -> CommandAnswer {
        try PutSecret.check(context.caller)
        let subject = PutSecret.subject("secret.delete", scope, name)
        return try await context.write(subject) { (state, stamp) throws(CommandError) in
            let tenant = scope.read(state)
            try context.precondition.check(tenant.secrets[name]?.version)
            guard let existing = tenant.secrets[name] else { throw .notFound("such secret") }
            try checkUnused(in: tenant, at: stamp.now)
            return DocumentWrite.removal(
                of: existing.metadata,
                .removeSecret(scope.tenant, name)
            )
        }
    }

    private func checkUnused(
        in tenant: TenantState,
        at now: Timestamp
    ) throws(CommandError) {
        let users = tenant.connections.values.map(\.value)
            .filter { connection in
                // What a rotation can be taken back to is in use until its overlap ends.
                let previous = tenant.overlaps[connection.id]
                    .flatMap { $0.isOpen(for: connection, at: now) ? $0.previous : nil }
                return [connection.secretReference, previous]
                    .contains { $0?.scheme == .local && $0?.path == name.text }
            }
            .map(\.id).sorted()
        guard !users.isEmpty else { return }
        let named = users.prefix(Self.namedCountMax).map { JSONValue.string($0.text) }
        throw CommandError(
            .conflict,
            "SECRET_IN_USE",
            "Connections refer to it.",
            members: ["usedBy": .array(Array(named))]
        )
    }
}
