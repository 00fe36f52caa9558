/// A request target in origin, absolute or asterisk form (RFC 9112 section 3.2).
///
/// The authority form belongs to `CONNECT`, which is not implemented.
struct RequestTarget {
    /// The path, still percent-encoded; empty when an absolute form has none, which means "/".
    let path: ByteRange
    /// What follows "?", still percent-encoded; nil without one.
    let query: ByteRange?
    /// The host and port of an absolute form; nil in the other forms.
    let authority: ByteRange?

    init(_ bytes: Span<UInt8>, in range: ByteRange, method: HTTPMethod?) throws(WireFault) {
        let indices = range.indices
        if range.count == 1, bytes[indices.lowerBound] == ASCII.asterisk {
            guard method == .options else { throw .bad("The target * belongs to OPTIONS.") }
            path = range
            query = nil
            authority = nil
            return
        }
        var pathStart = indices.lowerBound
        if bytes[pathStart] == ASCII.slash {
            authority = nil
        } else {
            let host = try Self.authority(bytes, in: indices)
            authority = host
            pathStart = Int(host.end)
        }
        let pathEnd = try Self.scan(bytes, pathStart..<indices.upperBound, allowed: .path)
        path = ByteRange(pathStart, pathEnd)
        guard pathEnd < indices.upperBound else {
            query = nil
            return
        }
        guard bytes[pathEnd] == ASCII.question else { throw Self.malformed }
        let queryStart = pathEnd + 1
        let queryEnd = try Self.scan(bytes, queryStart..<indices.upperBound, allowed: .query)
        guard queryEnd == indices.upperBound else { throw Self.malformed }
        query = ByteRange(queryStart, queryEnd)
    }

    private static var malformed: WireFault { .bad("The request target is malformed.") }

    /// The first index in `range` whose byte is outside the class; "%" must begin an escape.
    private static func scan(
        _ bytes: Span<UInt8>,
        _ range: Range<Int>,
        allowed: ByteClass
    ) throws(WireFault) -> Int {
        var index = range.lowerBound
        while index < range.upperBound, allowed.contains(bytes[index]) {
            if bytes[index] == ASCII.percent {
                guard index + 2 < range.upperBound, ByteClass.hexValue(bytes[index + 1]) != nil,
                    ByteClass.hexValue(bytes[index + 2]) != nil
                else { throw malformed }
                index += 2
            }
            index += 1
        }
        return index
    }

    /// The authority of an absolute form, `scheme://authority`, which proxies send.
    private static func authority(
        _ bytes: Span<UInt8>,
        in range: Range<Int>
    ) throws(WireFault) -> ByteRange {
        let whole = ByteRange(range.lowerBound, range.upperBound)
        var start = range.lowerBound
        if starts(bytes, whole, with: "http://") {
            start += 7
        } else if starts(bytes, whole, with: "https://") {
            start += 8
        } else {
            throw malformed
        }
        var end = start
        while end < range.upperBound, bytes[end] != ASCII.slash, bytes[end] != ASCII.question {
            end += 1
        }
        guard HostSyntax.isValid(bytes, in: start..<end) else { throw malformed }
        return ByteRange(start, end)
    }

    private static func starts(
        _ bytes: Span<UInt8>,
        _ range: ByteRange,
        with text: String
    ) -> Bool {
        let count = text.utf8.count
        guard range.count > count else { return false }
        return bytes.spells(text, at: ByteRange(Int(range.start), Int(range.start) + count))
    }
}
