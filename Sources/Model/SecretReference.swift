/// Where a connection's secret is kept; the secret itself never enters the model (API section 1).
///
/// The text is `<scheme>://<path>`, and for `vault` and `aws-sm` an optional `#<field>`.
public struct SecretReference: Sendable, Hashable {
    /// The largest reference accepted, in UTF-8 bytes.
    public static let byteCountMax = 1024

    /// The kinds of secret stores.
    public enum Scheme: String, Sendable, CaseIterable {
        /// A variable of the server's environment; the path is its whole name.
        case env
        /// A file under the configured root.
        case file
        /// HashiCorp Vault, KV version 2; the path is the whole path under the mount.
        case vault
        /// Bindery's own store; the path is the secret's name within the tenant.
        case local
        /// AWS Secrets Manager; the path is the secret's name or ARN.
        case awsSecretsManager = "aws-sm"

        /// Whether a reference may name one field of what the store has under a path.
        var hasFields: Bool { self == .vault || self == .awsSecretsManager }
    }

    /// The store.
    public let scheme: Scheme
    /// The path within the store; never empty, without control characters, `..` steps or spaces.
    public let path: String
    /// The field of an entry that is the secret, in Vault and AWS; nil for all fields of the entry.
    public let field: String?

    /// Reads a reference, or answers nil when it is malformed or of an unknown scheme.
    public init?(_ text: String) {
        guard text.utf8.count <= Self.byteCountMax else { return nil }
        guard let colon = text.firstRange(of: "://") else { return nil }
        guard let scheme = Scheme(rawValue: String(text[..<colon.lowerBound])) else { return nil }
        let rest = text[colon.upperBound...]
            .split(
                separator: "#",
                maxSplits: 1,
                omittingEmptySubsequences: false
            )
        guard let path = rest.first, !path.isEmpty else { return nil }
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else { return nil }
        guard !path.split(separator: "/").contains("..") else { return nil }
        guard rest.count == 1 || (scheme.hasFields && !rest[1].isEmpty) else { return nil }
        self.scheme = scheme
        self.path = String(path)
        self.field = rest.count == 2 ? String(rest[1]) : nil
    }

    /// The reference as it was written.
    public var text: String { "\(scheme.rawValue)://\(path)" + (field.map { "#\($0)" } ?? "") }
}

extension SecretReference {
    /// Reads the member `key` as a reference; nil when absent, and with an error when it is none.
    ///
    /// A text that is no reference, or looks like a key, is `SECRET_IN_CONFIG`, and not repeated.
    public static func read(_ reader: ObjectReader, _ key: String) -> SecretReference? {
        let place = reader.place(key)
        guard let text = reader.string(key, byteCountMax: 65_536) else { return nil }
        if let reference = SecretReference(text), !SecretScan.looksLikeSecret(text) {
            return reference
        }
        if text.firstRange(of: "://") == nil || SecretScan.looksLikeSecret(text) {
            reader.issues.error(
                .secretInConfig,
                at: place,
                "must name where the secret is kept, and not be a secret",
                suggestion: "use env://, file://, vault://, aws-sm:// or local:// and a path"
            )
        } else {
            let schemes = SecretReference.Scheme.allCases.map(\.rawValue).joined(separator: ", ")
            reader.issues.error(
                .invalidValue,
                at: place,
                "must be <scheme>://<path>, the scheme one of \(schemes)"
            )
        }
        return nil
    }
}
