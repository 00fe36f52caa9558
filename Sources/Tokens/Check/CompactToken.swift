import JSON
import Platform

/// A token in its compact form (RFC 7515 section 3.1), read and not believed.
///
/// What its header says is a question and no answer: `alg` must be what the issuer signs by, `kid`
/// finds one of the issuer's keys or none, and the keys that a header brings along or points to
/// (`jwk`, `jku`, `x5c`, `x5u`) are not looked at.
struct CompactToken {
    /// The longest token that is read, in bytes.
    static let byteCountMax = 8 << 10
    /// The longest `kid`, in bytes.
    static let keyIDByteCountMax = 256
    /// The longest `alg` and `typ`, in bytes.
    private static let wordByteCountMax = 64

    private static let headerLimits = JSONLimits(depthMax: 8, valueCountMax: 200)
    private static let claimLimits = JSONLimits(depthMax: 16, valueCountMax: 4000)

    /// The `alg`, as it was written.
    let algorithm: String
    /// The `kid`; nil when it has none.
    let keyID: String?
    /// The `typ`; nil when it has none.
    let type: String?
    /// The claims.
    let claims: JSONObject
    /// What is signed: both first parts as they were written.
    let signed: [UInt8]
    /// The signature.
    let signature: [UInt8]

    /// Reads a token.
    init(_ text: String) throws(TokenDefect) {
        let bytes = Array(text.utf8)
        guard bytes.count <= Self.byteCountMax else { throw .tooLarge }
        // One part more than there may be is enough to see that there are too many.
        let parts = bytes.split(
            separator: UInt8(ascii: "."),
            maxSplits: 3,
            omittingEmptySubsequences: false
        )
        guard parts.count == 3 else { throw .malformed }
        let header = try Self.object(parts[0], Self.headerLimits)
        if header.contains("crit") || header.contains("b64") { throw .critical }
        guard let algorithm = try Self.text("alg", in: header, Self.wordByteCountMax) else {
            throw .malformed
        }
        self.algorithm = algorithm
        keyID = try Self.text("kid", in: header, Self.keyIDByteCountMax)
        type = try Self.text("typ", in: header, Self.wordByteCountMax)
        claims = try Self.object(parts[1], Self.claimLimits)
        signed = Array(bytes[..<parts[1].endIndex])
        signature = try Self.decoded(parts[2])
    }

    private static func object(
        _ part: ArraySlice<UInt8>,
        _ limits: JSONLimits
    ) throws(TokenDefect) -> JSONObject {
        let bytes = try decoded(part)
        do throws(JSONError) {
            let value = try JSONValue(parsing: bytes, limits: limits)
            if let object = value.object { return object }
        } catch {
            throw .malformed
        }
        throw .malformed
    }

    private static func decoded(_ part: ArraySlice<UInt8>) throws(TokenDefect) -> [UInt8] {
        let text = String(decoding: part, as: UTF8.self)
        guard !part.isEmpty, let bytes = Base64.decode(text, as: .url) else { throw .malformed }
        return bytes
    }

    private static func text(
        _ name: String,
        in header: JSONObject,
        _ byteCountMax: Int
    ) throws(TokenDefect) -> String? {
        guard let value = header[name] else { return nil }
        guard let text = value.string, (1...byteCountMax).contains(text.utf8.count) else {
            throw .malformed
        }
        return text
    }
}
