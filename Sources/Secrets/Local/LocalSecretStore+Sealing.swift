public import Model
public import Platform

/// What the server itself keeps secret is sealed under the same master keys as `local://` secrets.
extension LocalSecretStore: SecretSealing {
    /// See `SecretSealing`.
    public func seal(
        _ secret: SecretBytes,
        of tenant: TenantID,
        as name: SecretName
    ) async -> String? {
        do throws(SecretWriteError) {
            return try await seal(secret, name, of: tenant).text
        } catch {
            return nil
        }
    }

    /// See `SecretSealing`.
    public func open(
        _ sealed: String,
        of tenant: TenantID,
        as name: SecretName
    ) async -> SecretBytes? {
        guard let seal = SealedSecret.Seal(text: sealed) else { return nil }
        let secret = SealedSecret(
            name: name,
            version: 1,
            createdAt: .earliest,
            updatedAt: .earliest,
            seal: seal
        )
        do throws(SecretError) {
            return try await open(secret, of: tenant)
        } catch {
            return nil
        }
    }
}

extension SealedSecret.Seal {
    /// The seal as one text: the id of its key, and its bytes in base64.
    public var text: String { "\(keyID):\(Base64.encode(bytes))" }

    /// Reads what `text` wrote; nil when it is something else.
    public init?(text: String) {
        let parts = text.split(separator: ":", maxSplits: 1)
        guard parts.count == 2, let bytes = Base64.decode(String(parts[1])) else { return nil }
        self.init(keyID: String(parts[0]), bytes: bytes)
    }
}
