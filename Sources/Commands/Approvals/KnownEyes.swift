import Ledger
import Model

/// Who has had a hand in a change request, as far as their credentials say who stands behind them.
///
/// A key that was made before keys recorded that stands for itself alone, though one person may hold
/// two of them. So of all hands in a request at most one may be such a key.
struct KnownEyes {
    private let request: ChangeRequest
    private let state: State
    /// The keys and bearers that made the version.
    private let makers: [String]

    init(_ request: ChangeRequest, _ tenant: TenantState, _ state: State) {
        self.request = request
        self.state = state
        makers = (tenant.lines[request.line]?.history ?? [])
            .filter { $0.version == request.version && $0.from == nil }
            .map(\.actor)
    }

    /// Whether the party, or a key of the same principal, made the version.
    func wrote(_ party: ChangeRequest.Party) -> Bool {
        makers.contains { $0 == party.id || principal(of: $0) == party.principal }
    }

    /// Checks that the party is somebody else than all who have had a hand in it before.
    ///
    /// - Throws: `PRINCIPAL_UNKNOWN` when neither it nor one of them says who stands behind it.
    func check(_ party: ChangeRequest.Party) throws(CommandError) {
        guard isUnknown(party.principal) else { return }
        let hands =
            [request.author.principal, request.submitter?.principal].compactMap { $0 }
            + makers.map { principal(of: $0) ?? $0 } + request.approvals.map(\.party.principal)
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

    private func principal(of actor: String) -> String? {
        CredentialID(actor).flatMap { state.credentials[$0]?.value.principal }
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
