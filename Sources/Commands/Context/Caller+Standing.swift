import Ledger
import Model

extension Caller {
    /// Whether the caller's key is neither revoked nor expired in a state.
    ///
    /// Who has none, by the bootstrap key or a token, is no part of any state.
    func keyStands(in state: State, at now: Timestamp) -> Bool {
        guard let id = storedCredential else { return true }
        return state.credentials[id]?.value.isGood(at: now) ?? false
    }

    /// Checks the caller's key once more in the state that a write is planned on.
    ///
    /// A request is admitted by the state of its arrival, which on a replica may be a moment old; what
    /// it writes stands behind everything in the log, a revocation among it. So nothing is ever written
    /// by a key behind its own end, whichever replica was asked.
    ///
    /// - Throws: `UNAUTHENTICATED`.
    func checkKey(in state: State, at now: Timestamp) throws(CommandError) {
        guard keyStands(in: state, at: now) else { throw AuthenticationFailures.unauthenticated }
    }
}
