/// Dates as HTTP writes them (RFC 9110 section 5.6.7).
public enum HTTPDate {
    private static let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
    private static let secondsPerDay = 86_400

    /// `Sun, 06 Nov 1994 08:49:37 GMT`, from seconds since 1970 UTC that are not negative.
    public static func text(secondsSince1970 seconds: Int) -> String {
        precondition(seconds >= 0, "dates before 1970 are never sent")
        let day = seconds / secondsPerDay
        let second = seconds % secondsPerDay
        let date = civil(day)
        let time = [second / 3_600, second / 60 % 60, second % 60].map(twoDigits)
        return "\(days[day % 7]), \(twoDigits(date.day)) \(months[date.month - 1]) \(date.year) "
            + time.joined(separator: ":") + " GMT"
    }

    /// The whole `Date` line with its CRLF; made once a second, not once an answer.
    public static func fieldLine(secondsSince1970 seconds: Int) -> [UInt8] {
        Array("Date: \(text(secondsSince1970: seconds))\r\n".utf8)
    }

    /// The date of a day since 1970, in the Gregorian calendar.
    ///
    /// Counts in eras of 400 years that start on 1 March, so that a leap day is an era's or a
    /// year's last day and needs no special case.
    private static func civil(_ day: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = day + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
    }

    private static func twoDigits(_ number: Int) -> String {
        number < 10 ? "0\(number)" : "\(number)"
    }
}
