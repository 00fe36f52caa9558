import JSON
import Model
import Platform

/// A made-up secret: a text of its own for each field, so that a request shows which went where.
struct RehearsalSecret: Sendable {
    /// The fields.
    let fields: JSONObject

    /// A secret for the schema at `secretSchema`, its example where the schema asks for a form.
    ///
    /// - Throws: A finding when there is none that the schema takes.
    init(_ spec: IntegrationSpec) throws(RehearsalFinding.Failure) {
        let holder = spec.document.object["secretSchema"]
        guard let source = holder?["schema"] else {
            fields = [:]
            return
        }
        let schema = try Self.schema(source)
        let example = holder?["example"]?.object ?? [:]
        let made = schema.example(.full)?.object ?? [:]
        var fields = JSONObject()
        for name in source["properties"]?.object?.keys ?? [] {
            let own = JSONValue.string("secret-\(name)-0123456789")
            let values: [JSONValue?] = [own, example[name], made[name]]
            for value in values.compactMap({ $0 }) {
                fields[name] = value
                if schema.check(.object(fields), ignoringRequired: true).isEmpty { break }
                fields[name] = JSONValue?.none
            }
        }
        self.fields = fields
        if let wrong = schema.check(.object(fields)).first {
            let detail = "no example of it can be made: \(wrong.pointer.text) \(wrong.detail)"
            throw .one(nil, "/secretSchema", detail)
        }
    }

    private static func schema(
        _ source: JSONValue
    ) throws(RehearsalFinding.Failure) -> Schema {
        do {
            return try Schema(compiling: source, at: .root)
        } catch {
            throw .one(nil, "/secretSchema/schema", error.detail)
        }
    }

    /// The text with `{{secret.field}}` in the place of each field's.
    func masked(_ text: String) -> String {
        var text = text
        let values = fields.compactMap { member in member.value.string.map { (member.key, $0) } }
        for (name, value) in values.sorted(by: { $0.1.count > $1.1.count }) where !value.isEmpty {
            text = text.replacing(value, with: "{{secret.\(name)}}")
        }
        return text
    }

    /// A header's value, masked; what `Basic` encodes is shown as it was before.
    func maskedHeader(_ value: String) -> String {
        if let signed = RehearsedSignature.masked(value) { return masked(signed) }
        guard value.hasPrefix("Basic "), let bytes = Base64.decode(String(value.dropFirst(6)))
        else {
            return masked(value)
        }
        return "Basic base64(\(masked(String(decoding: bytes, as: UTF8.self))))"
    }
}

extension RehearsalFinding {
    /// Findings that end a rehearsal.
    struct Failure: Error {
        let findings: [RehearsalFinding]

        static func one(_ operation: String?, _ member: String, _ detail: String) -> Failure {
            let finding = RehearsalFinding(operation: operation, member: member, detail: detail)
            return Failure(findings: [finding])
        }
    }
}
