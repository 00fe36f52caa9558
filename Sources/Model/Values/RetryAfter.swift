/// The value of a `Retry-After` header (RFC 9110 section 10.2.3): seconds, or a date.
public enum RetryAfter {
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// How long to wait from `now`, in milliseconds since 1970; nil when the value is neither.
    public static func wait(_ text: String, now: Int64) -> Duration? {
        if !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
            // So many digits that they do not fit mean: not within any deadline.
            return .seconds(Int32(text) ?? .max)
        }
        return date(text, now: now).map { .milliseconds(max(0, $0.milliseconds - now)) }
    }

    /// A date in one of the three forms that a recipient has to take (RFC 9110 section 5.6.7).
    private static func date(_ text: String, now: Int64) -> Timestamp? {
        // The day of the month in asctime's form is padded with a space.
        let parts = text.split(separator: " ").map(String.init)
        switch parts.count {
        // Sun, 06 Nov 1994 08:49:37 GMT
        case 6 where parts[0].last == "," && parts[5] == "GMT":
            return date(parts[3], parts[2], parts[1], parts[4])
        // Sunday, 06-Nov-94 08:49:37 GMT
        case 4 where parts[0].last == "," && parts[3] == "GMT":
            let day = parts[1].split(separator: "-").map(String.init)
            guard day.count == 3, day[2].utf8.count == 2, let year = Int64(day[2]) else {
                return nil
            }
            return date(Self.year(year, now: now), day[1], day[0], parts[2])
        // Sun Nov  6 08:49:37 1994
        case 5:
            let day = parts[2].utf8.count == 1 ? "0\(parts[2])" : parts[2]
            return date(parts[4], parts[1], day, parts[3])
        default: return nil
        }
    }

    private static func date(
        _ year: String,
        _ month: String,
        _ day: String,
        _ time: String
    ) -> Timestamp? {
        guard let index = months.firstIndex(of: month) else { return nil }
        let number = index < 9 ? "0\(index + 1)" : "\(index + 1)"
        return Timestamp("\(year)-\(number)-\(day)T\(time)Z")
    }

    /// The year that two digits mean: the nearest one, at most 50 years ahead.
    private static func year(_ digits: Int64, now: Int64) -> String {
        let thisYear = Int64(Timestamp(milliseconds: now).text.prefix(4)) ?? 1970
        let year = thisYear - thisYear % 100 + digits
        if year > thisYear + 50 { return "\(year - 100)" }
        return "\(year <= thisYear - 50 ? year + 100 : year)"
    }
}
