import JSON

/// A generator whose whole sequence follows from its seed (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { self.state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

extension JSONValue {
    /// Any value, with nasty text and numbers more often than chance has it.
    static func random(depth: Int, using generator: inout SeededGenerator) -> JSONValue {
        switch Int.random(in: 0..<(depth > 0 ? 8 : 6), using: &generator) {
        case 0: return .null
        case 1: return .bool(Bool.random(using: &generator))
        case 2: return .integer(Int64(bitPattern: generator.next()))
        case 3: return .integer(Int64.random(in: -20...20, using: &generator))
        case 4: return randomDecimal(using: &generator)
        case 5: return .string(randomText(using: &generator))
        case 6:
            let count = Int.random(in: 0..<5, using: &generator)
            return .array((0..<count).map { _ in random(depth: depth - 1, using: &generator) })
        default:
            var object = JSONObject()
            for _ in 0..<Int.random(in: 0..<20, using: &generator) {
                let value = random(depth: depth - 2, using: &generator)
                object[randomText(using: &generator)] = value
            }
            return .object(object)
        }
    }

    private static func randomDecimal(using generator: inout SeededGenerator) -> JSONValue {
        let double = Double(bitPattern: generator.next())
        return JSONDecimal(double).map(JSONValue.decimal) ?? .null
    }

    private static func randomText(using generator: inout SeededGenerator) -> String {
        let pool: [ClosedRange<UInt32>] = [
            0...0x1F, 0x20...0x7F, 0x20...0x7F, 0x22...0x22, 0x5C...0x5C, 0x80...0x3FF,
            0xE000...0xFFFF, 0x1_0000...0x10_FFFF,
        ]
        var text = ""
        for _ in 0..<Int.random(in: 0..<12, using: &generator) {
            let range = pool[Int.random(in: 0..<pool.count, using: &generator)]
            let scalar = Unicode.Scalar(UInt32.random(in: range, using: &generator))
            if let scalar { text.unicodeScalars.append(scalar) }
        }
        return text
    }
}
