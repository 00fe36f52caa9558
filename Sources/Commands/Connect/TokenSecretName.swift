import JSON
import Model
import Platform

/// The names under which a connection's grant is kept in the tenant's own store.
enum TokenSecretName {
    /// The start of the names that nobody else may write.
    static let reservedPrefix = "oauth."

    /// Refuses a name that only the connect flow writes: what it keeps there says who began it.
    ///
    /// - Throws: `INVALID_VALUE`.
    static func checkFree(_ name: SecretName) throws(CommandError) {
        guard name.text.hasPrefix(reservedPrefix) else { return }
        let issues = IssueList()
        issues.error(
            .invalidValue,
            at: .root.appending("name"),
            "must not begin with \(reservedPrefix), under which tokens of connections are kept"
        )
        throw .invalid(issues.issues)
    }

    /// The name of the secret that holds the tokens.
    static func tokens(_ connection: ConnectionID) -> SecretName { name("tokens", connection) }

    /// The name of the consent that is waited for.
    static func pending(_ connection: ConnectionID) -> SecretName { name("pending", connection) }

    private static func name(_ kind: String, _ connection: ConnectionID) -> SecretName {
        // Another kind for the digest, so that no connection's id can be that of another one.
        let name =
            SecretName("\(reservedPrefix)\(kind)-\(connection.text)")
            ?? SecretName(
                "\(reservedPrefix)\(kind)256-" + Hex.encode(Digest.sha256(connection.text))
            )
        guard let name else { preconditionFailure("a digest fits into a name") }
        return name
    }
}
