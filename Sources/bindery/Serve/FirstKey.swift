import Commands
import JSON
import Ledger
import Model
import Platform

/// The first key of a new store, without which nobody could ever call it (API section 9).
enum FirstKey {
    /// Makes a platform-admin key when there is no credential and no bootstrap key; nil when there
    /// is no need.
    ///
    /// The key is made by the same command as every other, so that it is in the ledger and the
    /// audit trail like every other. The command's caller is a bootstrap key of one moment: random,
    /// known to services of its own that answer no request, and gone when this returns.
    static func makeIfNeeded(
        _ settings: Settings,
        _ stores: ServerStores
    ) async throws(CommandFailure) -> String? {
        guard settings.bootstrapKey == nil else { return nil }
        guard stores.ledger.state.credentials.count == 0 else { return nil }
        let token = Hex.encode(Random.bytes(count: 32))
        var own = settings
        own.bootstrapKey = SecretBytes(Array(token.utf8))
        let services = try ServerParts.services(own, stores)
        let now = Timestamp(milliseconds: WallClock.milliseconds())
        do {
            let caller = try services.authentication.caller(
                token: token,
                address: "127.0.0.1",
                now: now
            )
            let context = CommandContext(
                services: services,
                caller: caller,
                requestID: UUIDv7.make(now: now.milliseconds),
                now: now
            )
            let answer = try await CreateKey(owner: .platform, body: request).run(context)
            guard case .json(let json) = answer.body, let key = json["key"]?.string else {
                preconditionFailure("a new key is in the answer of its creation")
            }
            return key
        } catch {
            throw .failed("the first key can't be made: \(error.detail)")
        }
    }

    private static let request: JSONValue = [
        "name": "first key", "roles": ["platform-admin"], "environments": ["*"], "workflows": ["*"],
    ]
}
