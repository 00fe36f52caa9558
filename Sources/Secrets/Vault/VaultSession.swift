import JSON
import Model
import Outbound
import Platform
import Synchronization

/// The token that entries are read with.
///
/// That of a file is read anew for every request, since an agent renews it there. One that a login
/// with an AppRole brought is renewed when two thirds of its time are over, by those who need it; when
/// it can't be renewed there is another login, and while neither works the old token is used until its
/// end. All who need a token meanwhile share one login.
final class VaultSession: Sendable {
    /// How long the same token is kept although Vault refuses it: what a policy forbids must not
    /// lead to a login for each read.
    static let reloginInterval = Duration.seconds(10)
    /// How long a renewal that failed is not tried again.
    static let retryInterval = Duration.seconds(5)

    private struct Token {
        let text: String
        let isRenewable: Bool
        let lease: Duration
        let madeAt: MonotonicInstant
        let expiresAt: MonotonicInstant
        var renewsAt: MonotonicInstant
    }

    private struct State {
        var token: Token?
        var running: Task<Result<String, VaultFailure>, Never>?
    }

    private let login: SecretsConfiguration.Vault.Login
    private let access: VaultAccess
    private let now: @Sendable () -> MonotonicInstant
    private let state = Mutex(State())

    init(
        _ login: SecretsConfiguration.Vault.Login,
        _ access: VaultAccess,
        now: @escaping @Sendable () -> MonotonicInstant
    ) {
        self.login = login
        self.access = access
        self.now = now
    }

    /// A token that is good as far as anybody knows.
    func token() async throws(VaultFailure) -> String {
        if case .tokenFile(let path) = login {
            return try await VaultAccess.word(of: path, "Vault's token")
        }
        let now = now()
        let (known, running) = state.withLock {
            state -> (String?, Task<Result<String, VaultFailure>, Never>?) in
            if let token = state.token, token.renewsAt > now { return (token.text, nil) }
            let old = state.token
            let running = state.running ?? Task { await self.obtain(behind: old) }
            state.running = running
            return (nil, running)
        }
        if let known { return known }
        guard let running else { preconditionFailure("who has no token waits for one") }
        return try await running.value.get()
    }

    /// Gives up a token that Vault refused.
    ///
    /// - Returns: Whether another one can be had.
    func giveUp(_ text: String) -> Bool {
        if case .tokenFile = login { return false }
        let now = now()
        return state.withLock { state in
            // Somebody else has given it up already.
            guard let token = state.token, token.text == text else { return true }
            guard now - token.madeAt >= Self.reloginInterval else { return false }
            state.token = nil
            return true
        }
    }

    private func obtain(behind old: Token?) async -> Result<String, VaultFailure> {
        let result = await renewOrLogIn(old)
        state.withLock { state in
            state.running = nil
            if case .success(let token) = result { state.token = token }
        }
        return result.map(\.text)
    }

    private func renewOrLogIn(_ old: Token?) async -> Result<Token, VaultFailure> {
        do throws(VaultFailure) {
            if let old, old.isRenewable, old.expiresAt > now(),
                let renewed = await renewed(old)
            {
                return .success(renewed)
            }
            return .success(try await logIn())
        } catch {
            guard var old, old.expiresAt > now() else { return .failure(error) }
            old.renewsAt = min(old.expiresAt, now() + Self.retryInterval)
            return .success(old)
        }
    }

    /// The same token with a new lease; nil when it has none that is worth it.
    private func renewed(_ old: Token) async -> Token? {
        do {
            let response = try await access.send(
                "POST",
                "/v1/auth/token/renew-self",
                token: old.text,
                body: Array("{}".utf8)
            )
            guard response.status == 200 else { return nil }
            let token = try read(response, or: old.text)
            // Near the end of its longest life a token's leases become shorter and shorter.
            return token.lease * 4 >= old.lease ? token : nil
        } catch {
            return nil
        }
    }

    private func logIn() async throws(VaultFailure) -> Token {
        guard case .appRole(let roleFile, let secretFile, let mount) = login else {
            preconditionFailure("a token of a file is not logged in for")
        }
        let role = try await VaultAccess.word(of: roleFile, "Vault's role id")
        let secret = try await VaultAccess.word(of: secretFile, "Vault's secret id")
        let body: JSONValue = ["role_id": .string(role), "secret_id": .string(secret)]
        let response: OutboundResponse
        do throws(OutboundError) {
            response = try await access.send(
                "POST",
                "/v1/auth/\(VaultAccess.encoded(mount))/login",
                token: nil,
                body: body.serialized()
            )
        } catch {
            throw VaultFailure(code: .unavailable, detail: "Vault: \(error.detail)")
        }
        switch response.status {
        case 200: return try read(response, or: nil)
        case 400, 401, 403:
            throw VaultFailure(code: .forbidden, detail: "Vault refuses the role's login")
        case 404:
            throw VaultFailure(code: .forbidden, detail: "Vault has no such login")
        default:
            let detail = "Vault cannot log the role in (\(response.status))"
            throw VaultFailure(code: .unavailable, detail: detail)
        }
    }

    private func read(
        _ response: OutboundResponse,
        or old: String?
    ) throws(VaultFailure) -> Token {
        let answer: JSONValue
        do {
            answer = try JSONValue(parsing: response.body)
        } catch {
            throw VaultFailure(code: .malformed, detail: "Vault's answer to a login is no JSON")
        }
        let auth = answer["auth"]
        let text = auth?["client_token"]?.string ?? old ?? ""
        guard let seconds = auth?["lease_duration"]?.integer, seconds >= 0, !text.isEmpty,
            text.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else {
            throw VaultFailure(code: .malformed, detail: "Vault's answer to a login has no token")
        }
        let now = now()
        // A lease of no time is one without an end.
        let lease = seconds == 0 ? Duration.nanoseconds(Int64.max) : .seconds(seconds)
        return Token(
            text: text,
            isRenewable: auth?["renewable"]?.bool == true,
            lease: lease,
            madeAt: now,
            expiresAt: now + lease,
            renewsAt: now + lease / 3 * 2
        )
    }
}
