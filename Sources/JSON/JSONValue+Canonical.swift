extension JSONValue {
    /// The one text that all equal values share, for digests and signatures.
    ///
    /// RFC 8785: no white space, members sorted by the UTF-16 code units of their names, decimals
    /// as ECMAScript prints their double (`1.50` is `1.5`, `-0` is `0`, `1E400` never got in). One
    /// departure: a 64-bit integer keeps all its digits where RFC 8785 would round it to a double.
    public func canonical() -> [UInt8] {
        var output: [UInt8] = []
        writeCanonical(into: &output)
        return output
    }

    /// Appends the text of `canonical`.
    public func writeCanonical(into output: inout [UInt8]) {
        switch self {
        case .array(let items):
            output.append(0x5B)
            for (index, item) in items.enumerated() {
                if index > 0 { output.append(0x2C) }
                item.writeCanonical(into: &output)
            }
            output.append(0x5D)
        case .object(let object):
            output.append(0x7B)
            for (place, index) in object.canonicalOrder.enumerated() {
                if place > 0 { output.append(0x2C) }
                JSONWriter.appendString(object.members[index].key, to: &output)
                output.append(0x3A)
                object.members[index].value.writeCanonical(into: &output)
            }
            output.append(0x7D)
        case .decimal(let decimal): JSONWriter.append(decimal.canonicalText, to: &output)
        default: writeScalar(into: &output)
        }
    }
}

extension JSONDecimal {
    /// The double as ECMAScript's `Number::toString` writes it.
    var canonicalText: String {
        guard double != 0 else { return "0" }
        let (digits, exponent) = Self.shortest(double.magnitude)
        let sign = double < 0 ? "-" : ""
        return sign + Self.layOut(digits, pointAt: exponent)
    }

    /// The fewest digits that read back as `double`, and where the point stands among them.
    private static func shortest(_ double: Double) -> (digits: String, pointAt: Int) {
        // Swift prints the shortest digits too, and differs in where it puts point and exponent.
        let parts = "\(double)".split(separator: "e")
        let mantissa = parts[0].split(separator: ".", omittingEmptySubsequences: false)
        let fraction = mantissa.count > 1 ? mantissa[1] : ""
        let exponent = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
        let digits = mantissa[0] + fraction
        let leading = digits.prefix { $0 == "0" }.count
        let significant = digits.dropFirst(leading)
        let trailing = significant.reversed().prefix { $0 == "0" }.count
        return (
            String(significant.dropLast(trailing)), mantissa[0].utf8.count - leading + exponent
        )
    }

    private static func layOut(_ digits: String, pointAt point: Int) -> String {
        let count = digits.utf8.count
        // A double has at most 17 digits, so the first range is never empty.
        switch point {
        case count...21: return digits + String(repeating: "0", count: point - count)
        case 1...21: return digits.prefix(point) + "." + digits.dropFirst(point)
        case -5...0: return "0." + String(repeating: "0", count: -point) + digits
        default:
            let exponent = point - 1
            let fraction = count > 1 ? "." + digits.dropFirst() : ""
            return digits.prefix(1) + fraction + "e" + (exponent < 0 ? "" : "+") + "\(exponent)"
        }
    }
}
