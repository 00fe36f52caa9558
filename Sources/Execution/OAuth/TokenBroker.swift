public import Audit
import Model
public import Outbound
import Platform
public import Secrets
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
    private let store: (any SecretWriting)?
    private let audit: AuditTrail
    private let table: Mutex<TokenTable>
    private let observer = Mutex<(any TokenObserver)?>(nil)

    /// A broker that asks by `outbound`, whose address policy holds for token endpoints too.
    ///
    /// - Parameters:
    ///   - outbound: The client.
    ///   - audit: Where requests for tokens are recorded.
    ///   - store: Where tokens of `local://` secrets are kept, for all replicas; nil for nowhere.
    ///   - userAgent: The `User-Agent` of its requests.
    ///   - countMax: The most credentials whose tokens are remembered.
    ///   - clock: Time and chance.
    public init(
        outbound: OutboundClient,
        audit: AuditTrail,
        store: (any SecretWriting)? = nil,
        userAgent: String = ExecutionConfiguration().userAgent,
        countMax: Int = 20_000,
        clock: ExecutionClock = .system
    ) {
        self.outbound = outbound
        self.audit = audit
        self.store = store
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
            case .success(let token): return token.hasSameText(as: refused) ? nil : token
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
        let digest = demand.tokensDigest
        let stored = demand.storedToken(now: now, calendar: clock.calendar())
        guard var entry = table[key] else {
            let entry = TokenTable.Entry(token: stored, tokensDigest: digest, usedAt: now)
            table.insert(key, entry)
            return entry
        }
        guard entry.tokensDigest != digest else { return entry }
        // The secret has other tokens by now: ours of a moment ago, or those of another grant.
        entry.tokensDigest = digest
        entry.refreshToken = nil
        entry.failure = nil
        entry.failureCount = 0
        let isOurs = stored.flatMap { new in entry.token?.hasSameText(as: new) } ?? false
        if !isOurs { entry.token = stored }
        return entry
    }

    /// Begins a request; it waits for the lock before it ends.
    private func begin(
        _ entry: inout TokenTable.Entry,
        _ key: TokenTable.Key,
        _ demand: TokenDemand
    ) {
        entry.isEndTold = false
        let known = entry.token
        let digest = entry.tokensDigest
        let refreshToken = entry.refreshToken ?? demand.refreshToken
        entry.flight = TokenTable.Flight {
            let result = await self.renewal(demand, known, refreshToken)
            return self.end(key, digest, result)
        }
    }

    // MARK: A request

    /// A token in the place of `known`.
    private func renewal(
        _ demand: TokenDemand,
        _ known: AccessToken?,
        _ refreshToken: SecretBytes?
    ) async -> Result<TokenRenewal.Outcome, TokenFailure> {
        if demand.method.grant == .clientCredentials {
            return await ask(demand.client, .clientCredentials, for: demand.account)
                .map { .answer($0) }
        }
        if let store, let name = demand.ownName {
            let renewal = TokenRenewal(
                store: store,
                name: name,
                demand: demand,
                clock: clock,
                ask: { await self.ask(demand.client, .refreshToken($0), for: demand.account) }
            )
            return await renewal.run(insteadOf: known)
        }
        guard let refreshToken else { return .failure(.invalidGrant(detail: demand.missing)) }
        return await ask(demand.client, .refreshToken(refreshToken), for: demand.account)
            .map { .answer($0) }
    }

    /// Asks the token endpoint once; what came of it is in the trail before anybody has the token.
    func ask(
        _ client: TokenClient,
        _ grant: TokenClient.Grant,
        for account: TokenAccount
    ) async -> Result<TokenAnswer, TokenFailure> {
        let (began, calendar) = (clock.now(), clock.calendar())
        let request: OutboundRequest
        do throws(TokenFailure) {
            request = try client.request(grant, userAgent: userAgent, at: calendar)
        } catch {
            return .failure(error)
        }
        let result = await answer(request).mapError { client.signsForItself ? $0.ofNoGrant : $0 }
        var failure: TokenFailure?
        if case .failure(let error) = result { failure = error }
        let record = TokenRecord(
            account: account,
            host: client.host,
            grantType: client.grantType(of: grant),
            at: Timestamp(milliseconds: calendar),
            latency: clock.now() - began,
            failure: failure
        )
        do {
            _ = try await audit.append(record.draft)
        } catch {
            // A new refresh token may be the only one that is good: it is kept in any case. The call
            // that wanted it is refused by its own record, unless the trail may be missing.
        }
        return result
    }

    private func answer(_ request: OutboundRequest) async -> Result<TokenAnswer, TokenFailure> {
        let response: OutboundResponse
        do throws(OutboundError) {
            response = try await outbound.send(request)
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
        _ digest: [UInt8],
        _ result: Result<TokenRenewal.Outcome, TokenFailure>
    ) -> Result<AccessToken, TokenFailure> {
        let now = clock.now()
        return table.withLock { table in
            let token = result.map { self.token(of: $0, now) }
            // Forgotten meanwhile, as its connection was: it serves those who wait and nobody later.
            guard var entry = table[key] else { return token }
            defer { table[key] = entry }
            entry.flight = nil
            // Of tokens that the secret does not have any more, a failure says nothing.
            let isCurrent = entry.tokensDigest == digest
            switch result {
            case .success(let outcome):
                guard isCurrent else { break }
                if case .success(let token) = token { entry.token = token }
                if case .answer(let answer) = outcome, let refreshToken = answer.refreshToken {
                    entry.refreshToken = refreshToken
                }
                entry.failure = nil
                entry.failureCount = 0
            case .failure(let failure):
                guard isCurrent else { break }
                entry.failure = (failure, now + backoff(failure, entry.failureCount))
                entry.failureCount += 1
            }
            return token
        }
    }

    private func token(of outcome: TokenRenewal.Outcome, _ now: MonotonicInstant) -> AccessToken {
        switch outcome {
        case .found(let token): token
        case .answer(let answer):
            AccessToken(
                answer.accessToken,
                lifetime: answer.lifetime ?? AccessToken.lifetimeDefault,
                now: now
            )
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
