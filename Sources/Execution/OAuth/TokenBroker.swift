import Model
public import Outbound
import Platform
import Synchronization

/// Gets the access tokens of connections and keeps them while they are good (RFC 6749).
///
/// Those who need the same token share one request for it. A token is renewed a while before its end,
/// and sent on meanwhile: an authorization server that is slow or down breaks no call before the token
/// has ended. What it refuses is not asked for again at once.
public final class TokenBroker: Sendable {
    /// The shortest time between two tokens that are asked for because a provider refused the one
    /// before: a provider that refuses every token must not turn each call into two requests.
    static let forcedIntervalMin = Duration.seconds(30)
    /// The wait after the first failure; it doubles with each that follows.
    static let backoffBase = Duration.seconds(1)
    /// The longest wait after a failure, whatever the server asks for.
    static let backoffMax = Duration.seconds(30)

    private let outbound: OutboundClient
    private let clock: ExecutionClock
    private let userAgent: String
    private let table: Mutex<TokenTable>
    private let observer = Mutex<(any TokenObserver)?>(nil)

    /// A broker that asks by `outbound`, whose address policy holds for token endpoints too.
    ///
    /// - Parameters:
    ///   - outbound: The client.
    ///   - userAgent: The `User-Agent` of its requests.
    ///   - countMax: The most credentials whose tokens are remembered.
    ///   - clock: Time and chance.
    public init(
        outbound: OutboundClient,
        userAgent: String = ExecutionConfiguration().userAgent,
        countMax: Int = 20_000,
        clock: ExecutionClock = .system
    ) {
        self.outbound = outbound
        self.userAgent = userAgent
        self.clock = clock
        self.table = Mutex(TokenTable(countMax: countMax))
    }

    /// Names who is told of what happens to grants; there is one.
    public func tell(_ observer: any TokenObserver) { self.observer.withLock { $0 = observer } }

    /// Forgets the tokens of a connection that is gone.
    func forget(_ connection: ConnectionID, of tenant: TenantID) {
        table.withLock { $0.remove(tenant, connection) }
    }

    /// How many credentials' tokens are remembered.
    var count: Int { table.withLock { $0.count } }

    private enum Step {
        case token(AccessToken)
        case flight(TokenTable.Flight)
        case failure(TokenFailure)
    }

    /// A token that may be sent now.
    ///
    /// Cancelling the calling task does not end a request, which others may wait for, too.
    func token(
        _ demand: TokenDemand,
        until deadline: MonotonicInstant
    ) async throws(CallFailure.Reason) -> AccessToken {
        let key = demand.key
        switch table.withLock({ step(&$0, key, demand) }) {
        case .token(let token): return token
        case .failure(let failure): throw await told(failure, key, demand).reason
        case .flight(let flight):
            switch await Race.result(within: deadline - clock.now(), of: { await flight.value }) {
            case .success(let token): return token
            case .failure(let failure): throw await told(failure, key, demand).reason
            case nil:
                throw .secretUnavailable(
                    detail: "the token endpoint did not answer within the time of the call"
                )
            }
        }
    }

    /// A token in the place of one that the provider refused; nil when there is none that differs.
    func replacement(
        of refused: AccessToken,
        _ demand: TokenDemand,
        until deadline: MonotonicInstant
    ) async -> AccessToken? {
        let key = demand.key
        let step = table.withLock { forcedStep(&$0, key, demand, refused) }
        switch step {
        case .token(let token): return token
        case .failure, nil: return nil
        case .flight(let flight):
            switch await Race.result(within: deadline - clock.now(), of: { await flight.value }) {
            case .success(let token):
                let isNew = !token.bytes.withText { new in
                    refused.bytes.withText { $0 == new }
                }
                return isNew ? token : nil
            case .failure(let failure):
                _ = await told(failure, key, demand)
                return nil
            case nil: return nil
            }
        }
    }

    // MARK: With the lock

    private func step(
        _ table: inout TokenTable,
        _ key: TokenTable.Key,
        _ demand: TokenDemand
    ) -> Step {
        let now = clock.now()
        var entry = entry(in: &table, key, demand, now)
        entry.usedAt = now
        defer { table[key] = entry }
        let usable = entry.token.flatMap { $0.isUsable(now) ? $0 : nil }
        if let usable, usable.isFresh(now) { return .token(usable) }
        if entry.flight == nil {
            if let failure = entry.failure, failure.until > now {
                return usable.map { .token($0) } ?? .failure(failure.what)
            }
            begin(&entry, key, demand)
        }
        // Who has a token that is still good does not wait for the next one.
        if let usable { return .token(usable) }
        return entry.flight.map { .flight($0) }
            ?? .failure(.temporary(detail: "there is no token", retryAfter: nil))
    }

    private func forcedStep(
        _ table: inout TokenTable,
        _ key: TokenTable.Key,
        _ demand: TokenDemand,
        _ refused: AccessToken
    ) -> Step? {
        let now = clock.now()
        var entry = entry(in: &table, key, demand, now)
        defer { table[key] = entry }
        if let token = entry.token, !token.isSame(as: refused), token.isUsable(now) {
            return .token(token)
        }
        if let flight = entry.flight { return .flight(flight) }
        if let failure = entry.failure, failure.until > now { return nil }
        if let forcedAt = entry.forcedAt, now - forcedAt < Self.forcedIntervalMin { return nil }
        entry.forcedAt = now
        begin(&entry, key, demand)
        return entry.flight.map { .flight($0) }
    }

    private func entry(
        in table: inout TokenTable,
        _ key: TokenTable.Key,
        _ demand: TokenDemand,
        _ now: MonotonicInstant
    ) -> TokenTable.Entry {
        if let entry = table[key] { return entry }
        let stored = demand.storedToken(now: now, calendar: clock.calendar())
        let entry = TokenTable.Entry(token: stored, usedAt: now)
        table.insert(key, entry)
        return entry
    }

    /// Begins a request; it waits for the lock before it ends.
    private func begin(
        _ entry: inout TokenTable.Entry,
        _ key: TokenTable.Key,
        _ demand: TokenDemand
    ) {
        entry.isEndTold = false
        let refreshToken = entry.refreshToken ?? demand.refreshToken
        entry.flight = TokenTable.Flight {
            let result = await self.ask(demand, refreshToken)
            return self.end(key, result)
        }
    }

    // MARK: A request

    private func ask(
        _ demand: TokenDemand,
        _ refreshToken: SecretBytes?
    ) async -> Result<TokenAnswer, TokenFailure> {
        let grant: TokenClient.Grant
        switch demand.grant {
        case .clientCredentials: grant = .clientCredentials
        case .refreshToken, .authorizationCode:
            guard let refreshToken else {
                let detail =
                    demand.accessToken == nil
                    ? "the connection was never authorized"
                    : "its access token has ended and there is no refresh token"
                return .failure(.invalidGrant(detail: detail))
            }
            grant = .refreshToken(refreshToken)
        }
        return await ask(demand.client, grant)
    }

    /// Asks the token endpoint once.
    func ask(
        _ client: TokenClient,
        _ grant: TokenClient.Grant
    ) async -> Result<TokenAnswer, TokenFailure> {
        let response: OutboundResponse
        do throws(OutboundError) {
            response = try await outbound.send(client.request(grant, userAgent: userAgent))
        } catch {
            return .failure(TokenAnswer.failure(error))
        }
        do throws(TokenFailure) {
            return .success(try TokenAnswer(response, calendar: clock.calendar()))
        } catch {
            return .failure(error)
        }
    }

    private func end(
        _ key: TokenTable.Key,
        _ result: Result<TokenAnswer, TokenFailure>
    ) -> Result<AccessToken, TokenFailure> {
        let now = clock.now()
        return table.withLock { table in
            // Forgotten meanwhile, as its connection was: it serves those who wait and nobody later.
            var entry = table[key] ?? TokenTable.Entry(usedAt: now)
            defer { table[key] = entry }
            entry.flight = nil
            switch result {
            case .success(let answer):
                let token = AccessToken(
                    answer.accessToken,
                    lifetime: answer.lifetime ?? AccessToken.lifetimeDefault,
                    now: now
                )
                entry.token = token
                entry.refreshToken = answer.refreshToken ?? entry.refreshToken
                entry.failure = nil
                entry.failureCount = 0
                return .success(token)
            case .failure(let failure):
                let wait = backoff(failure, entry.failureCount)
                entry.failure = (failure, now + wait)
                entry.failureCount += 1
                return .failure(failure)
            }
        }
    }

    private func backoff(_ failure: TokenFailure, _ count: Int) -> Duration {
        guard case .temporary(_, let asked) = failure else { return Self.backoffMax }
        let doubled = min(Self.backoffBase * (1 << min(count, 10)), Self.backoffMax)
        // At least half of it: those of many connections should not come back together.
        let own = doubled / 2 + doubled / 2 * clock.fraction()
        return min(max(own, asked ?? .zero), Self.backoffMax)
    }

    // MARK: The end of a grant

    /// Tells of the end of a connection's grant, once, before who needed it hears of it.
    private func told(
        _ failure: TokenFailure,
        _ key: TokenTable.Key,
        _ demand: TokenDemand
    ) async -> TokenFailure {
        guard case .invalidGrant(let detail) = failure, demand.isOwn,
            let observer = observer.withLock({ $0 })
        else { return failure }
        let isFirst = table.withLock { table in
            let isTold = table[key]?.isEndTold ?? false
            table[key]?.isEndTold = true
            return !isTold
        }
        guard isFirst else { return failure }
        let end = GrantEnd(
            tenant: demand.tenant,
            connection: demand.connection,
            reference: demand.reference,
            detail: detail
        )
        if await !observer.grantEnded(end) { table.withLock { $0[key]?.isEndTold = false } }
        return failure
    }
}
