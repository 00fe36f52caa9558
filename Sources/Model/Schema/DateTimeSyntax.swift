/// The grammar of `date-time` (RFC 3339 section 5.6), with the days of each month.
enum DateTimeSyntax {
    /// Whether the whole text is a date, a time and an offset.
    ///
    /// Second 60 stands where a leap second may: at 23:59 UTC.
    static func isDateTime(_ bytes: ArraySlice<UInt8>) -> Bool {
        var rest = bytes
        guard isDate(&rest), rest.popFirst().map({ $0 | 0x20 }) == 0x74,
            let hour = number(&rest, 0...23), rest.popFirst() == 0x3A,
            let minute = number(&rest, 0...59), rest.popFirst() == 0x3A,
            let second = number(&rest, 0...60), skipFraction(&rest),
            let offset = offset(&rest), rest.isEmpty
        else { return false }
        guard second == 60 else { return true }
        let day = 24 * 60
        return (hour * 60 + minute - offset + day) % day == day - 1
    }

    private static func isDate(_ rest: inout ArraySlice<UInt8>) -> Bool {
        guard let century = number(&rest, 0...99), let year = number(&rest, 0...99),
            rest.popFirst() == 0x2D, let month = number(&rest, 1...12), rest.popFirst() == 0x2D,
            let day = number(&rest, 1...31)
        else { return false }
        return day <= dayCount(ofMonth: month, year: century * 100 + year)
    }

    private static func dayCount(ofMonth month: Int, year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Reads two digits.
    private static func number(_ rest: inout ArraySlice<UInt8>, _ range: ClosedRange<Int>) -> Int? {
        let digits = rest.prefix(2)
        guard digits.count == 2, digits.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        rest = rest.dropFirst(2)
        let value = digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
        return range.contains(value) ? value : nil
    }

    /// Steps over a point and its digits, if there is a point.
    private static func skipFraction(_ rest: inout ArraySlice<UInt8>) -> Bool {
        guard rest.first == 0x2E else { return true }
        let digits = rest.dropFirst().prefix { (0x30...0x39).contains($0) }
        rest = rest.dropFirst(1 + digits.count)
        return !digits.isEmpty
    }

    /// Reads the offset from UTC in minutes.
    private static func offset(_ rest: inout ArraySlice<UInt8>) -> Int? {
        switch rest.popFirst() {
        case 0x5A, 0x7A: return 0
        case let sign? where sign == 0x2B || sign == 0x2D:
            guard let hours = number(&rest, 0...23), rest.popFirst() == 0x3A,
                let minutes = number(&rest, 0...59)
            else { return nil }
            return (sign == 0x2D ? -1 : 1) * (hours * 60 + minutes)
        default: return nil
        }
    }
}
