import JSON
public import Model
public import Platform

extension Secret {
    /// Reads the text of a secret, as a store holds it.
    ///
    /// The text is a JSON object of the fields. Any other text, with a line break at its end left
    /// out, is the only field that `declaredFields` names; when they are several, the field that
    /// the reference names, as in `vault://path#apiKey`.
    ///
    /// - Parameters:
    ///   - text: The text, in UTF-8.
    ///   - reference: Where the text was found.
    ///   - declaredFields: The fields that the integration's `secretSchema` declares.
    /// - Throws: `SecretError` with `.malformed`; it names the reference and quotes nothing.
    public convenience init(
        _ text: SecretBytes,
        of reference: SecretReference,
        declaredFields: Set<String>
    ) throws(SecretError) {
        let bytes = text.withSpan { span in span.indices.map { span[$0] } }
        let trimmed = Self.trimmed(bytes)
        guard let first = trimmed.first(where: { !Self.isSpace($0) }) else {
            throw SecretError(.malformed, reference, "is empty")
        }
        if first == UInt8(ascii: "{") {
            try self.init(object: trimmed, of: reference)
        } else {
            try self.init(plain: trimmed, of: reference, declaredFields: declaredFields)
        }
    }

    private convenience init(
        object bytes: ArraySlice<UInt8>,
        of reference: SecretReference
    ) throws(SecretError) {
        let value: JSONValue
        do {
            value = try JSONValue(parsing: bytes, limits: JSONLimits(valueCountMax: 10_000))
        } catch {
            // The pointer is left out: a name in a broken text may be part of the secret.
            throw SecretError(.malformed, reference, "is no JSON object (\(error.code.rawValue))")
        }
        let members = value.object?.members.filter { !$0.value.isNull } ?? []
        guard !members.isEmpty else { throw SecretError(.malformed, reference, "has no fields") }
        guard members.count <= Self.fieldCountMax else {
            throw SecretError(.malformed, reference, "has more than \(Self.fieldCountMax) fields")
        }
        var innerTexts: [SecretBytes] = []
        for member in members { Self.collect(member.value, isInside: false, into: &innerTexts) }
        self.init(
            fields: members.map { Field(name: $0.key, text: Self.bytes(of: $0.value)) },
            innerTexts: innerTexts
        )
    }

    private convenience init(
        plain bytes: ArraySlice<UInt8>,
        of reference: SecretReference,
        declaredFields: Set<String>
    ) throws(SecretError) {
        guard String(validating: bytes, as: UTF8.self) != nil else {
            throw SecretError(.malformed, reference, "is no text in UTF-8")
        }
        var named: String? = declaredFields.count == 1 ? declaredFields.first : nil
        if let field = reference.field, declaredFields.contains(field) { named = field }
        guard let named else {
            throw SecretError(
                .malformed,
                reference,
                "is no JSON object, and the integration's secretSchema does not name one field"
            )
        }
        self.init(fields: [Field(name: named, text: SecretBytes(Array(bytes)))])
    }

    /// The texts inside of arrays and objects.
    private static func collect(
        _ value: JSONValue,
        isInside: Bool,
        into texts: inout [SecretBytes]
    ) {
        switch value {
        case .string(let text) where !isInside && text.utf8.first == 0x7B:
            // A key file that is kept as a text: what stands in it is secret by itself too.
            do {
                collect(try JSONValue(parsing: text), isInside: true, into: &texts)
            } catch {
                return
            }
        case .string where isInside: texts.append(bytes(of: value))
        case .array(let items):
            for item in items { collect(item, isInside: true, into: &texts) }
        case .object(let object):
            for member in object { collect(member.value, isInside: true, into: &texts) }
        default: break
        }
    }

    private static func bytes(of value: JSONValue) -> SecretBytes {
        var bytes = value.string.map { Array($0.utf8) } ?? value.serialized()
        return SecretBytes(wiping: &bytes)
    }

    /// Without the line break that editors and shells put at the end of a file.
    private static func trimmed(_ bytes: [UInt8]) -> ArraySlice<UInt8> {
        var rest = bytes[...]
        if rest.last == 0x0A { rest.removeLast() }
        if rest.last == 0x0D { rest.removeLast() }
        return rest
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || (0x09...0x0D).contains(byte)
    }
}
