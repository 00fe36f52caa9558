import JSON

/// A JSON number as its decimal digits, so that `0.1`, `19.99` and integers of any length compare
/// without a rounding.
struct ExactNumber: Sendable, Hashable {
    private let isNegative: Bool
    /// The digits, without zeros at either end; none for zero.
    private let digits: [UInt8]
    /// The power of ten of the last digit.
    private let exponent: Int

    /// Exponents beyond this are as good as it: no finite double that is not zero has one.
    private static let exponentLimit = 100_000

    /// The number, or nil when the value is none.
    init?(_ value: JSONValue) {
        switch value {
        case .integer(let integer): self.init(text: "\(integer)")
        case .decimal(let decimal): self.init(decimal)
        default: return nil
        }
    }

    /// The number as its literal says it.
    init(_ decimal: JSONDecimal) { self.init(text: decimal.text) }

    private init(text: String) {
        var digits: [UInt8] = []
        var exponent = 0
        var isFraction = false
        let parts = text.utf8.split(whereSeparator: { $0 == 0x65 || $0 == 0x45 })
        for byte in parts[0] {
            switch byte {
            case 0x2E: isFraction = true
            case 0x30...0x39:
                digits.append(byte - 0x30)
                if isFraction { exponent -= 1 }
            default: break
            }
        }
        if parts.count > 1 { exponent += Self.exponent(parts[1]) }
        while digits.last == 0 {
            digits.removeLast()
            exponent += 1
        }
        self.digits = Array(digits.drop { $0 == 0 })
        self.exponent = self.digits.isEmpty ? 0 : exponent
        self.isNegative = text.utf8.first == 0x2D && !self.digits.isEmpty
    }

    private static func exponent(_ text: Substring.UTF8View) -> Int {
        var value = 0
        for byte in text where (0x30...0x39).contains(byte) {
            value = min(value * 10 + Int(byte - 0x30), exponentLimit)
        }
        return text.first == 0x2D ? -value : value
    }

    /// Whether there is no fraction.
    var isInteger: Bool { exponent >= 0 }

    /// The number as a 64-bit integer, or nil when it is none.
    var integer: Int64? {
        guard isInteger, digits.count + exponent <= 19 else { return nil }
        var value: Int64 = 0
        for digit in digits + Array(repeating: 0, count: exponent) {
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            let step = isNegative ? -Int64(digit) : Int64(digit)
            let (sum, carry) = product.addingReportingOverflow(step)
            guard !overflow, !carry else { return nil }
            value = sum
        }
        return value
    }

    /// Below 0 when this is less than `other`, above when it is more.
    func order(to other: ExactNumber) -> Int {
        guard sign == other.sign else { return sign - other.sign }
        return sign * orderOfMagnitude(to: other)
    }

    private var sign: Int { digits.isEmpty ? 0 : isNegative ? -1 : 1 }

    private func orderOfMagnitude(to other: ExactNumber) -> Int {
        let (mine, theirs) = (digits.count + exponent, other.digits.count + other.exponent)
        guard mine == theirs else { return mine < theirs ? -1 : 1 }
        guard digits != other.digits else { return 0 }
        return digits.lexicographicallyPrecedes(other.digits) ? -1 : 1
    }
}
