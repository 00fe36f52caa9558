import JSON

extension SettingFormat<Int> {
    /// An integer within `range`.
    static func integer(_ range: ClosedRange<Int>, of unit: String = "") -> Self {
        let unit = unit.isEmpty ? "" : " \(unit)"
        let rule = "an integer from \(range.lowerBound) to \(range.upperBound)\(unit)"
        @Sendable func checked(_ value: Int?) throws(SettingDefect) -> Int {
            guard let value, range.contains(value) else {
                throw SettingDefect(detail: "must be \(rule)")
            }
            return value
        }
        return SettingFormat(
            placeholder: "N",
            rule: rule,
            text: { "\($0)" },
            fromText: { (text) throws(SettingDefect) in
                // Swift's own reading of a number also takes a plus sign.
                let isPlain = text.utf8.allSatisfy { (0x30...0x39).contains($0) }
                return try checked(isPlain ? Int(text) : nil)
            },
            fromJSON: { (json) throws(SettingDefect) in
                try checked(json.integer.flatMap { Int(exactly: $0) })
            }
        )
    }
}

extension SettingFormat<Duration> {
    /// A whole number of seconds.
    static func seconds(_ range: ClosedRange<Int>) -> Self {
        duration(
            range,
            of: "seconds",
            make: { .seconds($0) },
            count: { Int($0.components.seconds) }
        )
    }

    /// A whole number of milliseconds.
    static func milliseconds(_ range: ClosedRange<Int>) -> Self {
        duration(
            range,
            of: "milliseconds",
            make: { .milliseconds($0) },
            count: { Int($0 / .milliseconds(1)) }
        )
    }

    private static func duration(
        _ range: ClosedRange<Int>,
        of unit: String,
        make: @escaping @Sendable (Int) -> Duration,
        count: @escaping @Sendable (Duration) -> Int
    ) -> Self {
        let number = SettingFormat<Int>.integer(range, of: unit)
        return SettingFormat(
            placeholder: number.placeholder,
            rule: number.rule,
            text: { number.text(count($0)) },
            fromText: { (text) throws(SettingDefect) in make(try number.fromText(text)) },
            fromJSON: { (json) throws(SettingDefect) in make(try number.fromJSON(json)) }
        )
    }
}

extension SettingFormat<Bool> {
    /// `true` or `false`.
    static let truth = SettingFormat(
        placeholder: "true|false",
        rule: "true or false",
        text: { $0 ? "true" : "false" },
        fromText: { (text) throws(SettingDefect) in
            switch text {
            case "true": true
            case "false": false
            default: throw SettingDefect(detail: "must be true or false")
            }
        },
        fromJSON: { (json) throws(SettingDefect) in
            guard let value = json.bool else {
                throw SettingDefect(detail: "must be true or false")
            }
            return value
        }
    )
}

extension SettingFormat<Double> {
    /// A part of a whole.
    static let fraction = SettingFormat(
        placeholder: "FRACTION",
        rule: fractionRule,
        text: { $0 == $0.rounded() ? "\(Int($0))" : "\($0)" },
        fromText: { (text) throws(SettingDefect) in
            // Swift's own reading of a number also takes signs, exponents, hexadecimals and names.
            let isPlain = text.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == 0x2E }
            return try checkedFraction(isPlain ? Double(text) : nil)
        },
        fromJSON: { (json) throws(SettingDefect) in try checkedFraction(json.double) }
    )

    private static let fractionRule = "a number from 0 to 1, such as 0.05"

    private static func checkedFraction(_ value: Double?) throws(SettingDefect) -> Double {
        guard let value, (0...1).contains(value) else {
            throw SettingDefect(detail: "must be \(fractionRule)")
        }
        return value
    }
}
