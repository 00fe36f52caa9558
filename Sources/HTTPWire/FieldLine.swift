/// Reads one header field line (RFC 9112 section 5).
enum FieldLine {
    /// The name and the trimmed value of the line in `range`, which has no CRLF.
    ///
    /// Refused: a line that starts with whitespace (obs-fold), whitespace before the colon, an
    /// empty name, and control bytes in the value; a bare CR is one of those.
    static func read(
        _ bytes: Span<UInt8>,
        in range: Range<Int>
    ) throws(WireFault) -> FieldRange {
        var index = range.lowerBound
        while index < range.upperBound, ByteClass.token.contains(bytes[index]) { index += 1 }
        let nameEnd = index
        guard nameEnd > range.lowerBound, nameEnd < range.upperBound,
            bytes[nameEnd] == ASCII.colon
        else { throw .bad("A header field's name is malformed.") }
        index += 1
        let valueStart = index
        while index < range.upperBound {
            guard ByteClass.isFieldValue(bytes[index]) else {
                throw .bad("A header field's value holds a control byte.")
            }
            index += 1
        }
        return FieldRange(
            name: ByteRange(range.lowerBound, nameEnd),
            value: bytes.trimmed(ByteRange(valueStart, range.upperBound))
        )
    }
}
