/// Puts the mark where something secret stood.
enum RedactedRanges {
    /// The bytes with one mark for each range; of ranges that overlap the first has it.
    static func replace(_ ranges: [Range<Int>], in bytes: [UInt8]) -> [UInt8] {
        let mark = Array(AuditRedaction.mark.utf8)
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count)
        var position = 0
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if range.lowerBound >= position {
                output += bytes[position..<range.lowerBound]
                output += mark
            }
            position = max(position, range.upperBound)
        }
        return output + bytes[position...]
    }
}
