import Platform

/// The secret of a connection: fields with names, each in memory that is wiped on release.
///
/// It has no text and no encoding: printing, reflecting or dumping it shows its type's name only.
/// What it lends may go into a provider's request and into the redaction of audit records, and
/// nowhere else; the copies that this needs are not wiped, so they are kept no longer than that.
public final class Secret: Sendable {
    /// The most fields of a secret.
    public static let fieldCountMax = 64

    struct Field: Sendable {
        let name: String
        /// A string's text, and the JSON text of anything else.
        let text: SecretBytes
    }

    private let fields: [Field]
    /// The strings inside of fields that are objects or arrays, such as a service account's key.
    private let innerTexts: [SecretBytes]

    init(fields: [Field], innerTexts: [SecretBytes] = []) {
        self.fields = fields
        self.innerTexts = innerTexts
    }

    /// The names of the fields, in the order in which the secret has them.
    public var fieldNames: [String] { fields.map(\.name) }

    /// The text of a field, or nil when the secret has no such field.
    ///
    /// The text is a copy that lives as long as somebody keeps it: only what writes a provider's
    /// request may ask for it.
    public func field(_ name: String) -> String? { bytes(of: name)?.withText { $0 } }

    /// Lends the bytes of a field to `body`; nil without a call when the secret has no such field.
    public func withField<Result, Failure: Error>(
        _ name: String,
        _ body: (Span<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result? {
        guard let bytes = bytes(of: name) else { return nil }
        return try bytes.withSpan(body)
    }

    /// Every text that must not appear in a record: the fields' and those inside of them.
    ///
    /// Not empty ones. Short ones are among them, so that who redacts decides whether a text is
    /// too common to be taken out.
    public var values: [String] {
        (fields.map(\.text) + innerTexts).filter { $0.count > 0 }.map { $0.withText { $0 } }
    }

    private func bytes(of name: String) -> SecretBytes? {
        fields.first { field in field.name == name }?.text
    }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The name of the type, never the content.
    public var description: String { "Secret" }
    /// The name of the type, never the content.
    public var debugDescription: String { "Secret" }
    /// A mirror without children.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
