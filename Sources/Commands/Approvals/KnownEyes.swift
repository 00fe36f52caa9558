import Ledger
import Model

/// Who has had a hand in a change request, as far as their credentials say who stands behind them.
///
/// A key that was made before keys recorded that stands for itself alone, though one person may hold
/// two of them. So of all hands in a request at most one may be such a key.
struct KnownEyes {
    private let request: ChangeRequest
    private let state: State
    /// Who wrote the version's content; nil when that is not known any more.
    private let authors: ContentAuthors?

    init(_ request: ChangeRequest, _ scope: TenantScope, _ state: State) {
        self.request = request
        self.state = state
        let target = ConfigScope(scope: scope, line: request.line)
        let version = target.read(state).versions[request.version]?.value
        let authors = version.map { ConfigAuthors.of($0, on: target, state) }
        self.authors = authors?.principals.isEmpty == false ? authors : nil
    }

    /// Whether the party, or a key of the same principal, wrote of the version's content.
    func wrote(_ party: ChangeRequest.Party) -> Bool {
        authors?.principals.contains { $0 == party.principal || $0 == party.id } ?? false
    }

    /// Checks that the party is somebody else than all who have had a hand in it before.
    ///
    /// - Throws: `PRINCIPAL_UNKNOWN` when neither it nor one of them says who stands behind it, or
    ///   nothing tells any more who wrote the content.
    func check(_ party: ChangeRequest.Party) throws(CommandError) {
        guard let authors else {
            throw CommandError(
                .forbidden,
                "PRINCIPAL_UNKNOWN",
                "Nothing tells any more who wrote version \(request.version), so that it may have been "
                    + "the caller: post its content as a new version, and ask for that."
            )
        }
        guard isUnknown(party.principal) else { return }
        let hands =
            [request.author.principal, request.submitter?.principal].compactMap { $0 }
            + authors.principals + request.approvals.map(\.party.principal)
        let other = hands.first { $0 != party.principal && isUnknown($0) }
        guard let other else { return }
        throw CommandError(
            .forbidden,
            "PRINCIPAL_UNKNOWN",
            "Neither the caller's key nor \(other), which had a hand in the request, says who stands "
                + "behind it, so that they may be one person's: approve with a token, or with a key "
                + "that the platform has made since."
        )
    }

    /// Whether a principal is a key that does not say who stands behind it, or that is forgotten.
    ///
    /// A bearer's principal has a hyphen, which the id of no key has.
    private func isUnknown(_ principal: String) -> Bool {
        guard !principal.contains("-"), principal != Credential.bootstrap.id.text,
            let id = CredentialID(principal)
        else { return false }
        return state.credentials[id].map { !$0.value.namesPrincipal } ?? true
    }
}
