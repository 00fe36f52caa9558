import JSON
import Platform
import Synchronization

/// The tokens of a Vault-like server that AppRole logins brought; they end with their leases.
final class VaultLeases: Sendable {
    struct State {
        var now = MonotonicInstant(nanoseconds: 1)
        var roles: [String: String] = [:]
        var namespace: String?
        var seconds: Int64 = 60
        var isRenewable = true
        /// How often a token may be renewed.
        var renewalCountMax = 1000
        var ends: [String: MonotonicInstant] = [:]
        var loginCount = 0
        var renewalCount = 0
        var isDown = false
    }

    private let state = Mutex(State())

    var now: MonotonicInstant { state.withLock { $0.now } }
    var loginCount: Int { state.withLock { $0.loginCount } }
    var renewalCount: Int { state.withLock { $0.renewalCount } }

    func change(_ body: (inout State) -> Void) { state.withLock { body(&$0) } }

    func advance(_ duration: Duration) { change { $0.now = $0.now + duration } }

    /// Ends every token, as an operator's revocation does.
    func revokeAll() { change { $0.ends = [:] } }

    func isGood(_ token: String, _ namespace: String?) -> Bool {
        state.withLock { state in
            namespace == state.namespace && (state.ends[token].map { $0 > state.now } ?? false)
        }
    }

    /// The answer to a login or a renewal; nil when it is asked for something else.
    func answer(
        _ target: String,
        _ token: String,
        _ body: String,
        _ namespace: String?
    ) -> (status: String, body: String)? {
        switch target {
        case "/v1/auth/approle/login": logIn(body, namespace)
        case "/v1/auth/token/renew-self": renew(token, namespace)
        default: nil
        }
    }

    private func logIn(_ body: String, _ namespace: String?) -> (status: String, body: String) {
        let ids = Self.ids(body)
        return state.withLock { state in
            if state.isDown { return ("503 Service Unavailable", "{}") }
            guard namespace == state.namespace, let secret = state.roles[ids.role],
                secret == ids.secret
            else { return ("400 Bad Request", #"{"errors":["invalid role or secret ID"]}"#) }
            state.loginCount += 1
            let token = "hvs.login-\(state.loginCount)"
            state.ends[token] = state.now + .seconds(state.seconds)
            return ("200 OK", Self.auth(token, state))
        }
    }

    private func renew(_ token: String, _ namespace: String?) -> (status: String, body: String) {
        state.withLock { state in
            if state.isDown { return ("503 Service Unavailable", "{}") }
            guard namespace == state.namespace, let end = state.ends[token], end > state.now,
                state.isRenewable, state.renewalCount < state.renewalCountMax
            else { return ("403 Forbidden", #"{"errors":["permission denied"]}"#) }
            state.renewalCount += 1
            state.ends[token] = state.now + .seconds(state.seconds)
            return ("200 OK", Self.auth(token, state))
        }
    }

    private static func ids(_ body: String) -> (role: String, secret: String) {
        do {
            let json = try JSONValue(parsing: Array(body.utf8))
            return (json["role_id"]?.string ?? "", json["secret_id"]?.string ?? "")
        } catch {
            return ("", "")
        }
    }

    private static func auth(_ token: String, _ state: State) -> String {
        """
        {"auth":{"client_token":"\(token)","lease_duration":\(state.seconds),\
        "renewable":\(state.isRenewable)}}
        """
    }
}
