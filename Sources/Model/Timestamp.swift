/// An instant in UTC, to the millisecond, of the proleptic Gregorian calendar (RFC 3339).
///
/// Covers the years 0000 to 9999, which four digits can write. Leap seconds are not counted, as in
/// POSIX time: `23:59:60` is read as the instant after `23:59:59`.
public struct Timestamp: Sendable, Hashable, Comparable {
    /// 0000-01-01T00:00:00Z.
    public static let earliest = Timestamp(milliseconds: millisecondsRange.lowerBound)
    /// 9999-12-31T23:59:59.999Z.
    public static let latest = Timestamp(milliseconds: millisecondsRange.upperBound)
    /// The longest text that is read, in UTF-8 bytes: nine digits of fraction and an offset.
    public static let byteCountMax = 35

    private static let millisecondsRange: ClosedRange<Int64> =
        -62_167_219_200_000...253_402_300_799_999

    /// Milliseconds since 1970-01-01T00:00:00Z.
    public let milliseconds: Int64

    /// An instant; one before `earliest` or after `latest` is held at that bound.
    public init(milliseconds: Int64) {
        let range = Self.millisecondsRange
        self.milliseconds = min(max(milliseconds, range.lowerBound), range.upperBound)
    }

    /// Reads an RFC 3339 `date-time`, or answers nil when it is malformed or out of range.
    ///
    /// The date must exist. `t` and `z` may be small, an offset is converted to UTC, and a fraction
    /// of one to nine digits is cut to milliseconds. A leap second stands only at 23:59:60 UTC.
    public init?(_ text: String) {
        guard text.utf8.count <= Self.byteCountMax else { return nil }
        var reader = TimestampReader(bytes: Array(text.utf8))
        guard let milliseconds = reader.readMilliseconds() else { return nil }
        guard Self.millisecondsRange.contains(milliseconds) else { return nil }
        self.milliseconds = milliseconds
    }

    /// `YYYY-MM-DDTHH:MM:SS.mmmZ`, or without a fraction when the milliseconds are 0.
    public var text: String {
        let (day, millisecondOfDay) = milliseconds.flooredQuotientAndRemainder(by: 86_400_000)
        let date = CivilDate(daysSinceEpoch: day)
        let (secondOfDay, fraction) = millisecondOfDay.quotientAndRemainder(dividingBy: 1000)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(24)
        bytes.appendDigits(date.year, count: 4)
        bytes.append(UInt8(ascii: "-"))
        bytes.appendDigits(date.month, count: 2)
        bytes.append(UInt8(ascii: "-"))
        bytes.appendDigits(date.day, count: 2)
        bytes.append(UInt8(ascii: "T"))
        bytes.appendDigits(secondOfDay / 3600, count: 2)
        bytes.append(UInt8(ascii: ":"))
        bytes.appendDigits(secondOfDay / 60 % 60, count: 2)
        bytes.append(UInt8(ascii: ":"))
        bytes.appendDigits(secondOfDay % 60, count: 2)
        if fraction != 0 {
            bytes.append(UInt8(ascii: "."))
            bytes.appendDigits(fraction, count: 3)
        }
        bytes.append(UInt8(ascii: "Z"))
        return String(decoding: bytes, as: UTF8.self)
    }

    /// `YYYYMMDDTHHMMSSZ`: the basic format of ISO 8601, without a fraction.
    public var basicText: String {
        text.prefix(19).filter { $0 != "-" && $0 != ":" } + "Z"
    }

    /// Orders by time.
    public static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.milliseconds < right.milliseconds
    }

    /// The instant `duration` later, cut to milliseconds and held at `earliest` and `latest`.
    public static func + (timestamp: Timestamp, duration: Duration) -> Timestamp {
        let (seconds, attoseconds) = duration.components
        // A duration beyond the range of all timestamps is held first, so that nothing overflows.
        let held = min(max(seconds, -400_000_000_000), 400_000_000_000)
        let milliseconds = held * 1000 + attoseconds / 1_000_000_000_000_000
        return Timestamp(milliseconds: timestamp.milliseconds + milliseconds)
    }

    /// The time from `right` to `left`; negative when `left` is earlier.
    public static func - (left: Timestamp, right: Timestamp) -> Duration {
        .milliseconds(left.milliseconds - right.milliseconds)
    }
}

extension Timestamp: CustomStringConvertible {
    /// The same as `text`.
    public var description: String { text }
}

/// A day of the proleptic Gregorian calendar.
///
/// Counts in eras of 400 years that begin on 1 March, so that the leap day is the last of its year
/// and no table of months is needed.
private struct CivilDate {
    let year: Int64
    let month: Int64
    let day: Int64

    private static let daysPerEra: Int64 = 146_097
    /// From 0000-03-01, where era 0 begins, to 1970-01-01.
    private static let epochOffset: Int64 = 719_468

    init(daysSinceEpoch: Int64) {
        let (era, dayOfEra) = (daysSinceEpoch + Self.epochOffset)
            .flooredQuotientAndRemainder(by: Self.daysPerEra)
        let leapDays = dayOfEra / 1460 - dayOfEra / 36_524 + dayOfEra / 146_096
        let yearOfEra = (dayOfEra - leapDays) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    /// A date as written, or nil when the calendar has no such day.
    init?(year: Int64, month: Int64, day: Int64) {
        guard (1...12).contains(month), day >= 1 else { return nil }
        guard day <= Self.dayCount(year: year, month: month) else { return nil }
        self.year = year
        self.month = month
        self.day = day
    }

    var daysSinceEpoch: Int64 {
        let (era, yearOfEra) = (month <= 2 ? year - 1 : year).flooredQuotientAndRemainder(by: 400)
        let monthFromMarch = month > 2 ? month - 3 : month + 9
        let dayOfYear = (153 * monthFromMarch + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * Self.daysPerEra + dayOfEra - Self.epochOffset
    }

    private static func dayCount(year: Int64, month: Int64) -> Int64 {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}

/// Reads the grammar of RFC 3339 section 5.6, from the first byte to the last.
private struct TimestampReader {
    let bytes: [UInt8]
    var position = 0

    mutating func readMilliseconds() -> Int64? {
        guard let year = digits(4), skip("-"), let month = digits(2), skip("-"),
            let day = digits(2), let date = CivilDate(year: year, month: month, day: day),
            skip("T") || skip("t"), let hour = digits(2), hour <= 23, skip(":"),
            let minute = digits(2), minute <= 59, skip(":"), let second = digits(2), second <= 60,
            let fraction = fractionMilliseconds(), let offset = offsetSeconds(),
            position == bytes.count
        else { return nil }
        let seconds = date.daysSinceEpoch * 86_400 + hour * 3600 + minute * 60 + second - offset
        if second == 60 {
            // The leap second is inserted at the end of a UTC day, whatever the offset written.
            guard seconds.flooredQuotientAndRemainder(by: 86_400).remainder == 0 else { return nil }
        }
        return seconds * 1000 + fraction
    }

    private mutating func fractionMilliseconds() -> Int64? {
        guard skip(".") else { return 0 }
        var value: Int64 = 0
        var count = 0
        while let digit = digits(1) {
            count += 1
            guard count <= 9 else { return nil }
            if count <= 3 { value = value * 10 + digit }
        }
        switch count {
        case 0: return nil
        case 1: return value * 100
        case 2: return value * 10
        default: return value
        }
    }

    private mutating func offsetSeconds() -> Int64? {
        if skip("Z") || skip("z") { return 0 }
        let isEast = skip("+")
        guard isEast || skip("-") else { return nil }
        guard let hour = digits(2), hour <= 23, skip(":"), let minute = digits(2), minute <= 59
        else { return nil }
        return (hour * 3600 + minute * 60) * (isEast ? 1 : -1)
    }

    private mutating func digits(_ count: Int) -> Int64? {
        guard position + count <= bytes.count else { return nil }
        var value: Int64 = 0
        for index in position..<(position + count) {
            let digit = bytes[index] &- UInt8(ascii: "0")
            guard digit <= 9 else { return nil }
            value = value * 10 + Int64(digit)
        }
        position += count
        return value
    }

    private mutating func skip(_ scalar: Unicode.Scalar) -> Bool {
        guard position < bytes.count, bytes[position] == UInt8(ascii: scalar) else { return false }
        position += 1
        return true
    }
}

extension Int64 {
    /// Division that rounds down, so that the remainder is never negative.
    fileprivate func flooredQuotientAndRemainder(
        by divisor: Int64
    ) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}

extension [UInt8] {
    /// Appends a number that is not negative, in decimal, padded with zeros to `count` digits.
    fileprivate mutating func appendDigits(_ value: Int64, count: Int) {
        var divisor: Int64 = 1
        for _ in 1..<count { divisor *= 10 }
        while divisor > 0 {
            append(UInt8(ascii: "0") + UInt8(value / divisor % 10))
            divisor /= 10
        }
    }
}
