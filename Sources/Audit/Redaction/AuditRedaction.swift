public import JSON
import Platform

/// Takes what is secret out of what is recorded, before the record is hashed (API section 8).
///
/// Four rules, each by itself: header, query and member names that stand for credentials; the fields
/// that the spec's `secretSchema` names; the well-known formats of provider keys; and the call's own
/// secret values wherever they stand, plain, percent-encoded, JSON-escaped or in base64. What was
/// taken out leaves `mark`.
public struct AuditRedaction: Sendable {
    /// What stands where something was taken out.
    public static let mark = "[redacted]"
    /// The most bytes of a body that are kept; a longer one keeps its head.
    public static let bodyByteCountMax = 65_536
    /// The rules that need no knowledge of a call.
    public static let formats = AuditRedaction()

    /// The names of the secret's fields, normalized.
    let fields: Set<String>
    /// Names of headers and query parameters that carry a credential, normalized.
    let names: Set<String>
    let needles: NeedleSet

    /// Rules for one call.
    ///
    /// - Parameters:
    ///   - secretFields: The names of the secret's fields, as the spec declares them.
    ///   - secretValues: The secret's values; those under 4 bytes are found by their names alone.
    ///   - secretNames: More names of headers and query parameters that carry a credential.
    public init(
        secretFields: Set<String> = [],
        secretValues: [String] = [],
        secretNames: Set<String> = []
    ) {
        self.fields = Set(secretFields.map(SensitiveName.normalized))
        self.names = Set(secretNames.map(SensitiveName.normalized))
        self.needles = NeedleSet(secretValues)
    }

    /// The text without secrets.
    public func text(_ text: String) -> String {
        redacted(text) ?? text
    }

    /// The text without secrets; nil when there was nothing to take out.
    private func redacted(_ text: String) -> String? {
        guard !needles.isEmpty || KeyFormats.mayStand(in: text.utf8Span.span) else { return nil }
        return bytes(Array(text.utf8)).map { String(decoding: $0, as: UTF8.self) }
    }

    /// The bytes without secrets; nil when there was nothing to take out.
    func bytes(_ bytes: [UInt8]) -> [UInt8]? {
        let withoutValues = needles.redacting(bytes)
        return KeyFormats.redacting(withoutValues ?? bytes) ?? withoutValues
    }

    /// The value without secrets: strings and member names by their text, members also by name.
    public func value(_ value: JSONValue) -> JSONValue { redacted(value) ?? value }

    /// The value without secrets; nil when there was nothing to take out, as nearly always: then
    /// nothing of it is copied.
    private func redacted(_ value: JSONValue) -> JSONValue? {
        switch value {
        case .string(let text): redacted(text).map { .string($0) }
        case .array(let items): redacted(items)
        case .object(let object): redacted(object)
        // A number stays, unless its digits are a secret.
        case .integer, .decimal: needles.isNumber(value) ? .string(Self.mark) : nil
        case .null, .bool: nil
        }
    }

    private func redacted(_ items: [JSONValue]) -> JSONValue? {
        var isChanged = false
        let values = items.map { item in
            let value = redacted(item)
            isChanged = isChanged || value != nil
            return value ?? item
        }
        return isChanged ? .array(values) : nil
    }

    private func redacted(_ object: JSONObject) -> JSONValue? {
        var isChanged = false
        let members = object.members.map { member in
            let isSecret = isSecretMember(member.key) && !member.value.isNull
            let value = isSecret ? .string(Self.mark) : redacted(member.value)
            let key = redacted(member.key)
            isChanged = isChanged || value != nil || key != nil
            return (key ?? member.key, value ?? member.value)
        }
        return isChanged ? .object(JSONObject(members)) : nil
    }

    func isSecretMember(_ name: String) -> Bool {
        guard !fields.isEmpty || SensitiveName.mayBeMember(name) else { return false }
        let name = SensitiveName.normalized(name)
        return fields.contains(name) || SensitiveName.members.contains(name)
    }
}

extension AuditRedaction: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The name of the type, never what it looks for.
    public var description: String { "AuditRedaction" }
    /// The name of the type, never what it looks for.
    public var debugDescription: String { "AuditRedaction" }
    /// A mirror without children.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
