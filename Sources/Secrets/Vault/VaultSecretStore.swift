public import Model
public import Outbound
public import Platform

/// Secrets in HashiCorp Vault's KV engine, version 2: `vault://integrations/acme/stripe#apiKey`.
///
/// A reference without a field means the whole entry. The token is that of a file, or of a login with
/// an AppRole (`VaultSession`); it goes to the configured address and, as redirects are not followed,
/// nowhere else.
public struct VaultSecretStore: SecretStore {
    /// The time that one request to Vault may take.
    public static let timeout = Duration.seconds(5)

    private let access: VaultAccess
    private let session: VaultSession
    private let dataPath: String

    /// A store behind an address, such as `https://vault.internal:8200`.
    ///
    /// - Parameters:
    ///   - settings: Where Vault listens, and how to log in.
    ///   - client: Has to let the operator's own address pass, as clients for providers do not.
    ///   - timeout: The time that one request may take.
    ///   - now: What leases are measured by.
    public init(
        _ settings: SecretsConfiguration.Vault,
        client: OutboundClient,
        timeout: Duration = Self.timeout,
        now: @escaping @Sendable () -> MonotonicInstant = { MonotonicClock.now }
    ) {
        let address = settings.address
        access = VaultAccess(
            base: address.hasSuffix("/") ? String(address.dropLast()) : address,
            namespace: settings.namespace,
            client: client,
            timeout: timeout
        )
        session = VaultSession(settings.login, access, now: now)
        let steps = settings.mount.split(separator: "/").joined(separator: "/")
        dataPath = "/v1/\(VaultAccess.encoded(steps))/data/"
    }

    /// The entry's fields as a JSON object, or the one that the reference names.
    ///
    /// What is refused with a token that is not new is asked once more with another one: it may have
    /// been revoked, or have expired early.
    public func read(
        _ reference: SecretReference,
        for tenant: TenantID
    ) async throws(SecretError) -> SecretBytes {
        let token = try await token(for: reference)
        var response = try await send(reference, token)
        if response.status == 403, session.giveUp(token) {
            let another = try await self.token(for: reference)
            if another != token { response = try await send(reference, another) }
        }
        return try VaultAnswer(response, of: reference).secret()
    }

    private func send(
        _ reference: SecretReference,
        _ token: String
    ) async throws(SecretError) -> OutboundResponse {
        do throws(OutboundError) {
            let path = dataPath + VaultAccess.encoded(reference.path)
            return try await access.send("GET", path, token: token)
        } catch {
            throw VaultAnswer.failure(error, reference)
        }
    }

    private func token(for reference: SecretReference) async throws(SecretError) -> String {
        do throws(VaultFailure) {
            return try await session.token()
        } catch {
            throw SecretError(error.code, reference, error.detail)
        }
    }
}
