/// Writes metrics in the Prometheus text format, version 0.0.4.
///
/// A family is begun once, and its samples follow it.
public struct MetricsText: Sendable {
    /// What a family's numbers are.
    public enum Kind: String, Sendable {
        /// It only grows, until the process ends.
        case counter
        /// It goes up and down.
        case gauge
        /// How many observations lie below each bound.
        case histogram
    }

    /// A label's name and its value, which may be any text.
    public typealias Label = (name: String, value: String)

    /// What was written so far.
    public private(set) var text = ""

    /// Nothing yet.
    public init() {}

    /// Begins a family.
    public mutating func family(_ name: String, _ kind: Kind, _ help: String) {
        let help = Self.escaped(help, quote: false)
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
    }

    /// Adds a whole number of the family that was begun last.
    public mutating func sample(_ name: String, _ value: some BinaryInteger, _ labels: [Label] = [])
    {
        sample(name, Self.labels(labels), "\(value)")
    }

    /// Adds a histogram: how many observations each bucket took, the last one those beyond all
    /// bounds, and their sum.
    public mutating func histogram(
        _ name: String,
        _ labels: [Label],
        bounds: [Double],
        counts: [UInt64],
        sum: Double
    ) {
        precondition(counts.count == bounds.count + 1, "a bucket for each bound, and one beyond")
        let own = Self.labels(labels)
        let start = own.isEmpty ? "" : "\(own),"
        var total: UInt64 = 0
        for (bound, count) in zip(bounds, counts) {
            total += count
            sample("\(name)_bucket", "\(start)le=\"\(bound)\"", "\(total)")
        }
        total += counts.last ?? 0
        sample("\(name)_bucket", "\(start)le=\"+Inf\"", "\(total)")
        sample("\(name)_sum", own, "\(sum)")
        sample("\(name)_count", own, "\(total)")
    }

    private mutating func sample(_ name: String, _ labels: String, _ value: String) {
        text += labels.isEmpty ? "\(name) \(value)\n" : "\(name){\(labels)} \(value)\n"
    }

    private static func labels(_ labels: [Label]) -> String {
        labels.map { "\($0.name)=\"\(escaped($0.value, quote: true))\"" }.joined(separator: ",")
    }

    /// Backslash and line feed are escaped, and the quote where the text stands in quotes.
    private static func escaped(_ text: String, quote: Bool) -> String {
        var escaped = ""
        for character in text.unicodeScalars {
            switch character {
            case "\\": escaped += "\\\\"
            case "\n": escaped += "\\n"
            case "\"" where quote: escaped += "\\\""
            default: escaped.unicodeScalars.append(character)
            }
        }
        return escaped
    }
}
