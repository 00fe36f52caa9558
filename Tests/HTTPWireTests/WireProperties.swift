@testable import HTTPWire

/// What must hold for any bytes at all: checked by the fuzzer, and by the suites over its corpus.
enum WireProperties {
    /// Small limits, so that short inputs reach them.
    static let tightLimits: HTTPLimits = {
        var limits = HTTPLimits()
        limits.targetByteCountMax = 24
        limits.headerByteCountMax = 96
        limits.fieldCountMax = 5
        limits.bodyByteCountMax = 24
        limits.trailerByteCountMax = 16
        limits.chunkExtensionByteCountMax = 8
        return limits
    }()

    /// The first property that the bytes break, in words; nil when all hold.
    static func violation(_ bytes: [UInt8]) -> String? {
        for limits in [HTTPLimits(), tightLimits] {
            let whole = WireTranscript([bytes[...]], limits: limits)
            if let broken = violation(whole, limits) { return broken }
            for pieces in splits(of: bytes) {
                let split = WireTranscript(pieces, limits: limits)
                guard split == whole else {
                    return "split \(pieces.map(\.count)) gives \(split), whole gives \(whole)"
                }
            }
        }
        return nil
    }

    private static func violation(_ transcript: WireTranscript, _ limits: HTTPLimits) -> String? {
        if let misuse = transcript.misuse { return misuse }
        let lineMax = limits.requestLineByteCountMax
        // A buffer grows by doubling, from at most what a declared length reserves.
        let heldMax =
            2 * (lineMax + limits.headerByteCountMax + max(limits.bodyByteCountMax, 16 << 10))
            + 2 * transcript.pieceByteCountMax
        guard transcript.heldByteCountMax <= heldMax else {
            return "holds \(transcript.heldByteCountMax) bytes, more than \(heldMax)"
        }
        for entry in transcript.entries {
            if let broken = violation(entry, limits) { return broken }
        }
        guard let refusal = transcript.refusal else { return nil }
        guard [400, 413, 414, 417, 431, 501, 505].contains(refusal.status) else {
            return "a refusal with \(refusal.status)"
        }
        guard hasNoControl(refusal.requestID), hasNoControl(refusal.detail) else {
            return "a refusal with a control byte"
        }
        return nil
    }

    private static func violation(
        _ entry: WireTranscript.Entry,
        _ limits: HTTPLimits
    ) -> String? {
        guard entry.body.count <= limits.bodyByteCountMax else { return "a body over its limit" }
        let targetByteCount = entry.path.utf8.count + (entry.query?.utf8.count ?? 0)
        guard targetByteCount <= limits.targetByteCountMax else { return "a target over its limit" }
        guard entry.path.hasPrefix("/") || entry.path == "*" && entry.method == .options else {
            return "the path \(entry.path)"
        }
        guard hasNoControl(entry.path), hasNoControl(entry.query) else {
            return "a control byte in a target"
        }
        guard entry.headers.allSatisfy(hasNoControl) else { return "a control byte in a field" }
        guard entry.headers[0] != nil || !entry.isHTTP11 else { return "no host" }
        return violationOfReading(entry)
    }

    /// A request written as we understood it must be read as the same one request, and nothing
    /// behind it: so a reader in front of us that understood it alike forwards the same.
    private static func violationOfReading(_ entry: WireTranscript.Entry) -> String? {
        let query = entry.query.map { query in "?" + query } ?? ""
        let version = entry.isHTTP11 ? "1.1" : "1.0"
        var head = "\(entry.method.rawValue) \(entry.path)\(query) HTTP/\(version)\r\n"
        for (name, value) in zip(WireTranscript.headerNames, entry.headers) {
            if let value { head += "\(name): \(value)\r\n" }
        }
        head += "connection: \(entry.keepsAlive ? "keep-alive" : "close")\r\n"
        head += "content-length: \(entry.body.count)\r\n\r\n"
        let again = WireTranscript([(Array(head.utf8) + entry.body)[...]])
        // Empty lines of a list leave a comma with a space, which one line cannot end with.
        guard again.entries.map(\.trimmed) == [entry.trimmed], again.refusal == nil, again.isIdle
        else { return "\(entry) is read as \(again)" }
        return nil
    }

    private static func hasNoControl(_ text: String?) -> Bool {
        text?.utf8.allSatisfy { byte in byte >= 0x20 && byte != 0x7F || byte == 0x09 } ?? true
    }

    /// Byte by byte, and some splits that follow from the bytes themselves.
    private static func splits(of bytes: [UInt8]) -> [[ArraySlice<UInt8>]] {
        var splits = [bytes.indices.map { index in bytes[index...index] }]
        var numbers = SeededNumbers(seed: SeededNumbers.digest(bytes))
        for longest in [3, 17, 400] {
            splits.append(numbers.pieces(of: bytes, longest: longest))
        }
        return splits
    }
}
