import Model
import Platform
import Secrets

/// Renews tokens that are kept in a store which every replica writes to, one replica at a time.
///
/// Who renews says so in the secret first, by compare-and-set: a refresh token may be good once only, and
/// a server that sees it twice may end the whole grant. The others wait, and take what the first one
/// wrote. When a replica dies in the middle, the next one goes on after `TokenSecret.leaseTime`.
struct TokenRenewal: Sendable {
    /// How long a replica waits for another one, and how often it tries again when it was overtaken.
    static let patience = TokenSecret.leaseTime + .seconds(5)
    /// The pause between two looks at what another replica does.
    static let pause = Duration.milliseconds(200)
    /// The most times that a write which the store did not take is tried.
    static let writeCountMax = 3

    let store: any SecretWriting
    let name: SecretName
    let demand: TokenDemand
    let clock: ExecutionClock
    /// Asks the token endpoint.
    let ask: @Sendable (SecretBytes) async -> Result<TokenAnswer, TokenFailure>

    /// What came of it: a token that somebody else has got, or an answer of our own, which is kept.
    enum Outcome: Sendable {
        case found(AccessToken)
        case answer(TokenAnswer)
    }

    /// A token in the place of `known`.
    func run(insteadOf known: AccessToken?) async -> Result<Outcome, TokenFailure> {
        let deadline = clock.now() + Self.patience
        while clock.now() < deadline {
            switch await step(insteadOf: known) {
            case .done(let outcome): return .success(outcome)
            case .failed(let failure): return .failure(failure)
            case .again(let pause): await clock.sleep(pause)
            }
        }
        return .failure(Self.temporary("another replica is renewing its token"))
    }

    private enum Step {
        case done(Outcome)
        case failed(TokenFailure)
        case again(after: Duration)
    }

    private static func temporary(_ detail: String) -> TokenFailure {
        .temporary(detail: detail, retryAfter: nil)
    }

    private func step(insteadOf known: AccessToken?) async -> Step {
        guard let (kept, version) = await read() else {
            return .failed(Self.temporary("its tokens can't be read"))
        }
        let now = clock.now()
        let calendar = clock.calendar()
        if let token = kept.accessToken(now: now, calendar: calendar), token.isFresh(now),
            known.map({ !token.hasSameText(as: $0) }) ?? true
        {
            return .done(.found(token))
        }
        guard let refreshToken = kept.refreshToken else {
            return .failed(.invalidGrant(detail: demand.missing))
        }
        if kept.isLeased(at: calendar) { return .again(after: Self.pause) }
        do throws(SecretWriteError) {
            let leased = kept.leased(at: calendar)
            let claimed = try await put(leased.text, expecting: version)
            return await renew(leased, claimed, refreshToken)
        } catch {
            guard error.code == .conflict else {
                return .failed(Self.temporary("its tokens can't be kept now: \(error.detail)"))
            }
            // Overtaken: look at what the other one wrote.
            return .again(after: .zero)
        }
    }

    /// With the right to renew.
    private func renew(
        _ leased: TokenSecret,
        _ version: UInt64,
        _ refreshToken: SecretBytes
    ) async -> Step {
        switch await ask(refreshToken) {
        case .success(let answer):
            let text = leased.with(answer, calendar: clock.calendar()).text
            await write(text, over: version)
            return .done(.answer(answer))
        case .failure(let failure):
            await write(leased.released.text, over: version)
            guard case .invalidGrant = failure, let (kept, _) = await read() else {
                return .failed(failure)
            }
            // The end of a grant that somebody has replaced meanwhile is nobody's trouble.
            let isSame = kept.refreshToken?.withText { new in refreshToken.withText { $0 == new } }
            return isSame == false ? .again(after: .zero) : .failed(failure)
        }
    }

    /// Keeps what the endpoint answered; a store that is away for a moment is asked again, since a
    /// refresh token that is not kept may be lost for good.
    ///
    /// Somebody else's value, which only a new consent or an administrator writes over ours, stays.
    private func write(_ text: SecretBytes, over version: UInt64) async {
        for count in 1...Self.writeCountMax {
            do throws(SecretWriteError) {
                _ = try await put(text, expecting: version)
                return
            } catch {
                guard error.code == .unavailable || error.code == .unknown else { return }
                await clock.sleep(Self.pause * (1 << count))
            }
        }
    }

    private func put(
        _ text: SecretBytes,
        expecting version: UInt64
    ) async throws(SecretWriteError) -> UInt64 {
        try await store.put(text, name, of: demand.tenant, expecting: .version(version))
    }

    /// What is kept; nil when it can't be read.
    private func read() async -> (TokenSecret, UInt64)? {
        do throws(SecretError) {
            let kept = try await store.value(name, of: demand.tenant)
            guard let kept, let secret = TokenSecret(demand.method, kept.value) else { return nil }
            return (secret, kept.version)
        } catch {
            // The call itself reads the secret too, and tells why it can't be.
            return nil
        }
    }
}
