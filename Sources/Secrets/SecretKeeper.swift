public import Model
import Outbound
import Platform
import Synchronization

/// Turns the reference of a connection into its secret.
///
/// A reference's scheme names the store. What a store answered is used for a short time
/// (`lifetime`), and those who ask while a reference is being read share that one read; a failure
/// is not remembered. While a store is down, what it answered before is served for a bounded time
/// more, and that is counted and told.
public final class SecretKeeper: Sendable {
    /// How long a secret is used before it is read again: the delay until a rotated one is seen.
    public static let lifetime = SecretCache.lifetime
    /// The most secrets kept at once.
    public static let cachedCountMax = SecretCache.readyCountMax

    private let stores: [SecretReference.Scheme: any SecretStore]
    private let now: @Sendable () -> MonotonicInstant
    private let cache: Mutex<SecretCache>
    private let watch: SecretStoreWatch

    /// A keeper over the stores that the settings name.
    ///
    /// - Parameters:
    ///   - configuration: The settings.
    ///   - caFile: Certificate authorities that Vault may have beside the system's.
    ///   - local: The store of our own; nil when there is none.
    ///   - tell: Told when a store goes down, and when it is back.
    /// - Throws: `SecretsSetupError`, which names the setting that cannot work.
    public convenience init(
        _ configuration: SecretsConfiguration,
        caFile: String? = nil,
        local: LocalSecretStore? = nil,
        tell: @escaping @Sendable (SecretStoreEvent) -> Void = { _ in }
    ) throws(SecretsSetupError) {
        try configuration.check()
        var stores = Self.unconfigured
        stores[.env] = EnvironmentSecretStore(prefix: configuration.environmentPrefix)
        if let root = configuration.fileRoot { stores[.file] = FileSecretStore(root: root) }
        if let local { stores[.local] = local }
        if let vault = configuration.vault {
            stores[.vault] = VaultSecretStore(vault, client: try Self.storeClient(caFile: caFile))
        }
        if let aws = configuration.aws {
            let client = try Self.storeClient(caFile: caFile)
            stores[.awsSecretsManager] = AWSSecretStore(aws, client: client)
        }
        self.init(stores: stores, staleTime: configuration.staleTime, tell: tell)
    }

    init(
        stores: [SecretReference.Scheme: any SecretStore],
        staleTime: Duration = .zero,
        tell: @escaping @Sendable (SecretStoreEvent) -> Void = { _ in },
        now: @escaping @Sendable () -> MonotonicInstant = { MonotonicClock.now }
    ) {
        self.stores = stores
        self.now = now
        cache = Mutex(SecretCache(staleTime: staleTime))
        watch = SecretStoreWatch(tell)
    }

    /// What the stores did that were asked since the start.
    public var statistics: [SecretStoreStatistics] { watch.all }

    /// The secret behind a reference, from memory when it was read within `lifetime`.
    ///
    /// Cancelling the calling task does not end a read, which others may wait for, too.
    ///
    /// - Parameters:
    ///   - reference: Where the secret is kept.
    ///   - tenant: Whose connection names it: `local://NAME` is the tenant's own.
    ///   - declaredFields: The fields that the integration's `secretSchema` declares; they give a
    ///     name to a secret that is no JSON object.
    /// - Returns: The secret, with at least one field.
    /// - Throws: `SecretError`, with words that hold nothing of the secret.
    public func secret(
        _ reference: SecretReference,
        of tenant: TenantID,
        declaredFields: Set<String>
    ) async throws(SecretError) -> Secret {
        let key = SecretCache.Key(
            tenant: tenant,
            reference: reference,
            declaredFields: declaredFields
        )
        // Always the newest: it is in memory, and opening it takes microseconds.
        if reference.scheme == .local { return try await load(key).get() }
        switch find(key) {
        case .secret(let secret): return secret
        case .stale(let secret, _):
            watch.noteStale(reference.scheme)
            return secret
        case .read(let read): return try await read.value.get()
        case .nothing, .full:
            throw SecretError(.unavailable, reference, "too many secrets are being read")
        }
    }

    /// Forgets what was read, so that the next who asks sees what the store holds now.
    public func invalidate(_ reference: SecretReference) {
        cache.withLock { $0.remove(reference) }
    }

    /// What there is for `key`; a read is begun when there is nothing, or its store is to be asked
    /// again.
    private func find(_ key: SecretCache.Key) -> SecretCache.Found {
        let now = now()
        return cache.withLock { cache in
            let found = cache.find(key, now: now)
            switch found {
            case .nothing: return .read(begin(key, &cache))
            case .stale(_, needsRead: true): _ = begin(key, &cache)
            default: break
            }
            return found
        }
    }

    private func begin(_ key: SecretCache.Key, _ cache: inout SecretCache) -> SecretCache.Read {
        // Only enqueued here: it waits for the lock before it ends.
        cache.begin(key) { number in SecretCache.Read { await self.read(key, number: number) } }
    }

    private func read(_ key: SecretCache.Key, number: UInt64) async -> Result<Secret, SecretError> {
        let result = await load(key)
        watch.note(result, of: key.reference.scheme)
        let now = now()
        let stale = cache.withLock { $0.end(key, number: number, result, now: now) }
        guard let stale else { return result }
        watch.noteStale(key.reference.scheme)
        return .success(stale)
    }

    private func load(_ key: SecretCache.Key) async -> Result<Secret, SecretError> {
        do throws(SecretError) {
            guard let store = stores[key.reference.scheme] else {
                preconditionFailure("every scheme has a store")
            }
            let text = try await store.read(key.reference, for: key.tenant)
            return .success(
                try Secret(text, of: key.reference, declaredFields: key.declaredFields)
            )
        } catch {
            return .failure(error)
        }
    }

    private static var unconfigured: [SecretReference.Scheme: any SecretStore] {
        [
            .file: UnconfiguredSecretStore(reason: "needs the setting secrets.file.root"),
            .vault: UnconfiguredSecretStore(reason: "needs the settings secrets.vault"),
            .awsSecretsManager: UnconfiguredSecretStore(
                reason: "needs the setting secrets.aws.region"
            ),
            .local: UnconfiguredSecretStore(reason: UnconfiguredSecretWriting.reason),
        ]
    }

    /// A client of its own for a store, that reaches the operator's own network, where Vault stands.
    private static func storeClient(caFile: String?) throws(SecretsSetupError) -> OutboundClient {
        do throws(OutboundSetupError) {
            return try OutboundClient(
                OutboundConfiguration(
                    addressPolicy: .unrestricted,
                    caFile: caFile,
                    inFlightCountMax: 64,
                    waitingCountMax: SecretCache.readCountMax,
                    idleConnectionCountMax: 16
                )
            )
        } catch {
            throw SecretsSetupError(setting: "outbound.caFile", detail: "\(error)")
        }
    }
}
