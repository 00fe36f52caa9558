import JSON
import Model
import Platform

/// A body of `multipart/form-data` (RFC 7578).
///
/// A member is a field; one that is an object is a file, with `text` or `base64` as its content; a
/// list is a field several times.
struct MultipartBody {
    private(set) var bytes: [UInt8] = []
    private let boundary: String

    /// `multipart/form-data` with the boundary.
    var contentType: String { "multipart/form-data; boundary=\(boundary)" }

    /// The fields of an object.
    init(_ body: JSONValue) throws(RenderFailure) {
        var parts: [[UInt8]] = []
        for member in body.object ?? [:] {
            for value in member.value.array ?? [member.value] where !value.isNull {
                parts.append(try Self.part(member.key, value))
            }
        }
        boundary = Self.boundary(of: parts)
        for part in parts { bytes += Array("--\(boundary)\r\n".utf8) + part + Array("\r\n".utf8) }
        bytes += Array("--\(boundary)--\r\n".utf8)
    }

    private static func part(
        _ name: String,
        _ value: JSONValue
    ) throws(RenderFailure) -> [UInt8] {
        var head = "Content-Disposition: form-data; name=\"\(quoted(name))\""
        if let object = value.object {
            if let filename = object["filename"]?.templateText {
                head += "; filename=\"\(quoted(filename))\""
            }
            let type = object["contentType"]?.templateText ?? "application/octet-stream"
            guard HeaderList.isValue(type) else {
                throw .input([issue(name, "has a contentType with a control character")])
            }
            head += "\r\nContent-Type: \(type)"
        }
        return Array((head + "\r\n\r\n").utf8) + (try content(value, of: name))
    }

    /// The bytes of a text, or of what an object's `text` or `base64` holds.
    static func content(_ value: JSONValue, of name: String) throws(RenderFailure) -> [UInt8] {
        guard let object = value.object else { return Array((value.templateText ?? "").utf8) }
        if let text = object["text"] { return Array((text.templateText ?? "").utf8) }
        guard let encoded = object["base64"] else {
            throw .input([issue(name, "has no content: it was left out")])
        }
        guard let text = encoded.string, let bytes = Base64.decode(text) else {
            throw .input([issue(name, "must be base64 (RFC 4648 section 4), padded")])
        }
        return bytes
    }

    private static func issue(_ name: String, _ detail: String) -> Issue {
        Issue(.invalidValue, at: .root.appending("input"), "the part \(name) \(detail)")
    }

    /// As browsers write it (WHATWG HTML, multipart form data): what would end the name is encoded.
    private static func quoted(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "%22"
            case "\r": result += "%0D"
            case "\n": result += "%0A"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// A line that stands in no part; of their digest, so that the same fields are the same bytes,
    /// and a retry is byte for byte what was sent first.
    private static func boundary(of parts: [[UInt8]]) -> String {
        var salt: UInt8 = 0
        while true {
            let digest = Digest.sha256([salt] + parts.flatMap { $0 })
            let boundary = "bindery-" + Hex.encode(Array(digest.prefix(16)))
            let line = Array(boundary.utf8)
            if !parts.contains(where: { $0.contains(line) }) { return boundary }
            salt &+= 1
        }
    }
}
