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
        guard !isClean(text), let redacted = bytes(Array(text.utf8)) else { return text }
        return String(decoding: redacted, as: UTF8.self)
    }

    /// The bytes without secrets; nil when there was nothing to take out.
    func bytes(_ bytes: [UInt8]) -> [UInt8]? {
        let withoutValues = needles.redacting(bytes)
        return KeyFormats.redacting(withoutValues ?? bytes) ?? withoutValues
    }

    /// The value without secrets: strings and member names by their text, members also by name.
    public func value(_ value: JSONValue) -> JSONValue {
        // Nearly always: nothing is copied then.
        isClean(value) ? value : redacted(value)
    }

    private func redacted(_ value: JSONValue) -> JSONValue {
        switch value {
        case .string(let text): .string(self.text(text))
        case .array(let items): .array(items.map(redacted))
        case .object(let object):
            .object(
                JSONObject(
                    object.map { member in
                        let value = isSecret(member) ? .string(Self.mark) : redacted(member.value)
                        return (text(member.key), value)
                    }
                )
            )
        // A number stays, unless its digits are a secret.
        case .integer, .decimal: needles.isNumber(value) ? .string(Self.mark) : value
        case .null, .bool: value
        }
    }

    /// Whether there is nothing to take out, as far as a look without copies can tell.
    private func isClean(_ value: JSONValue) -> Bool {
        switch value {
        case .string(let text): isClean(text)
        case .array(let items): items.allSatisfy(isClean)
        case .object(let object):
            object.members.allSatisfy { member in
                isClean(member.key) && !isSecret(member) && isClean(member.value)
            }
        case .integer, .decimal: !needles.mayBeNumber
        case .null, .bool: true
        }
    }

    private func isClean(_ text: String) -> Bool {
        needles.isEmpty && !KeyFormats.mayStand(in: text.utf8Span.span)
    }

    private func isSecret(_ member: JSONObject.Member) -> Bool {
        isSecretMember(member.key) && !member.value.isNull
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
