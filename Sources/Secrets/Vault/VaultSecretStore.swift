public import Model
public import Outbound
public import Platform

/// Secrets in HashiCorp Vault's KV engine, version 2: `vault://integrations/acme/stripe#apiKey`.
///
/// A reference without a field means the whole entry. The token is read from its file for every
/// request, since an agent renews it there; it goes to the configured address and, as redirects
/// are not followed, nowhere else.
public struct VaultSecretStore: SecretStore {
    /// The time that one read may take.
    public static let timeout = Duration.seconds(5)
    /// The part of it that the connection may take.
    static let connectTimeout = Duration.seconds(2)
    /// The largest answer that is taken, in bytes; Vault itself keeps less than this in an entry.
    static let answerByteCountMax = 1024 * 1024

    /// The time that one read of this store may take.
    var timeout = Self.timeout
    private let dataURL: String
    private let tokenFile: String
    private let client: OutboundClient

    /// A store behind `address`, such as `https://vault.internal:8200`.
    ///
    /// - Parameters:
    ///   - address: Where Vault listens.
    ///   - mount: The path of the KV engine.
    ///   - tokenFile: The path of the file that holds the token.
    ///   - client: Has to let the operator's own address pass, as clients for providers do not.
    public init(address: String, mount: String, tokenFile: String, client: OutboundClient) {
        let base = address.hasSuffix("/") ? String(address.dropLast()) : address
        let steps = mount.split(separator: "/").map(String.init)
        self.dataURL = "\(base)/v1/\(Self.encoded(steps.joined(separator: "/")))/data/"
        self.tokenFile = tokenFile
        self.client = client
    }

    /// The entry's fields as a JSON object, or the one that the reference names.
    public func read(
        _ reference: SecretReference,
        for tenant: TenantID
    ) async throws(SecretError) -> SecretBytes {
        let token = try await token(for: reference)
        let request = OutboundRequest(
            method: "GET",
            url: dataURL + Self.encoded(reference.path),
            headers: [
                OutboundHeader("X-Vault-Token", token, isSensitive: true),
                // Vault refuses what a browser or a redirected server could have been tricked into.
                OutboundHeader("X-Vault-Request", "true"),
                OutboundHeader("Accept", "application/json"),
            ],
            timeout: timeout,
            connectTimeout: Self.connectTimeout,
            responseByteCountMax: Self.answerByteCountMax
        )
        let response: OutboundResponse
        do throws(OutboundError) {
            response = try await client.send(request)
        } catch {
            throw VaultAnswer.failure(error, reference)
        }
        return try VaultAnswer(response, of: reference).secret()
    }

    private func token(for reference: SecretReference) async throws(SecretError) -> String {
        let bytes: SecretBytes
        do throws(SecretFile.Failure) {
            bytes = try await SecretFile.read(tokenFile)
        } catch {
            throw SecretError(.unavailable, reference, "the file of Vault's token cannot be read")
        }
        let token = bytes.withText { text in
            text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        }
        // What no header can carry is found here, where the words can say whose fault it is.
        guard !token.isEmpty, token.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw SecretError(.unavailable, reference, "the file of Vault's token holds no token")
        }
        return token
    }

    /// A path for a URL: everything that could end it or mean something else is escaped.
    private static func encoded(_ path: String) -> String {
        var text = ""
        for byte in path.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x2F, 0x5F, 0x7E:
                text.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                text += digits.utf8.count == 1 ? "%0\(digits)" : "%\(digits)"
            }
        }
        return text
    }
}
