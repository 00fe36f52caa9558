/// The header fields of an answer, collected from the lines that come before its body.
///
/// Interim answers (RFC 9110 section 15.2) are left behind; trailers, which come after the body,
/// are not taken.
struct ResponseHead {
    private(set) var headers: [OutboundHeader] = []
    private var byteCount = 0
    /// Whether the blank line after the fields of the final answer has come.
    private(set) var isComplete = false

    /// What became of a line.
    enum Outcome: Equatable {
        case taken
        case tooLarge
        case unknownEncoding
    }

    /// Takes one line, its line break included.
    mutating func take(_ line: [UInt8], decodes: Bool) -> Outcome {
        byteCount += line.count
        guard byteCount <= OutboundResponse.headByteCountMax else { return .tooLarge }
        if line.starts(with: Self.statusLineStart) {
            // The final answer's status line follows the blank line of an interim one.
            headers = []
            isComplete = false
        } else if isComplete {
            return .taken
        } else if line.first == 0x20 || line.first == 0x09, let last = headers.popLast() {
            // An obsolete folded line continues the value before it (RFC 9112 section 5.2).
            headers.append(OutboundHeader(last.name, "\(last.value) \(Self.trimmed(line[...]))"))
        } else if let colon = line.firstIndex(of: UInt8(ascii: ":")) {
            let name = String(decoding: line[..<colon], as: UTF8.self)
            headers.append(OutboundHeader(name, Self.trimmed(line[(colon + 1)...])))
        } else {
            // Without a colon it is the blank line, or one that says nothing.
            isComplete = line.allSatisfy(Self.isBlank)
        }
        return decodes && !hasKnownEncoding ? .unknownEncoding : .taken
    }

    /// The fields of a body that was decompressed, without those that spoke of its compression.
    var decodedHeaders: [OutboundHeader] {
        let isCompressed = headers.contains { header in
            header.isNamed("content-encoding") && header.value.lowercased() != "identity"
        }
        guard isCompressed else { return headers }
        return headers.filter { header in
            !header.isNamed("content-encoding") && !header.isNamed("content-length")
        }
    }

    // Others that libcurl knows would let the server choose how much memory decoding takes.
    private var hasKnownEncoding: Bool {
        guard let last = headers.last, last.isNamed("content-encoding") else { return true }
        return ["gzip", "x-gzip", "identity", ""].contains(last.value.lowercased())
    }

    private static let statusLineStart = Array("HTTP/".utf8)

    // The white space of RFC 9110 section 5.6.3, and what is left of a line break.
    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == 0x0D || byte == 0x0A
    }

    private static func trimmed(_ bytes: ArraySlice<UInt8>) -> String {
        let rest = bytes.drop(while: isBlank)
        guard let end = rest.lastIndex(where: { !isBlank($0) }) else { return "" }
        return String(decoding: rest[...end], as: UTF8.self)
    }
}
