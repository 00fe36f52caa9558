import JSON
import Testing

@testable import Execution

/// What chance writes as XML is read as what it was, whatever stands between; what is cut is not read.
@Suite struct XMLTreeTests {
    /// Numbers of a seed (SplitMix64).
    private struct Chance: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var bits = state
            bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
            bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
            return bits ^ (bits >> 31)
        }

        mutating func pick<T>(_ items: [T]) -> T {
            items[Int.random(in: 0..<items.count, using: &self)]
        }

        /// What stands in a document and says nothing.
        mutating func noise() -> String {
            pick(["", "", " ", "\n\t", "<!-- <a> & \" -->", "<?p >?>"])
        }
    }

    /// A document and the value that it is.
    private struct Sample {
        var text = "<?xml version='1.0'?>"
        var value = JSONValue.null

        init(_ chance: inout Chance) {
            text += chance.noise()
            value = ["r": Self.element("r", depth: 0, &text, &chance)]
            text += chance.noise()
        }

        private static func element(
            _ name: String,
            depth: Int,
            _ text: inout String,
            _ chance: inout Chance
        ) -> JSONValue {
            let attributes = chance.pick(["", " ", " a='>'", " x:y=\"/>'\""])
            guard depth < 4, Bool.random(using: &chance) else {
                let said = (0..<Int.random(in: 0...4, using: &chance))
                    .map { _ in chance.pick(characters) }
                if said.isEmpty, Bool.random(using: &chance) {
                    text += "<\(name)\(attributes)/>"
                } else {
                    text += "<\(name)\(attributes)>\(said.map(\.written).joined())</\(name) >"
                }
                return .string(said.map(\.meant).joined())
            }
            text += "<\(name)\(attributes)>"
            var members: [String: [JSONValue]] = [:]
            var names: [String] = []
            for _ in 0..<Int.random(in: 1...4, using: &chance) {
                let child = chance.pick(["a", "b", "n:c", "é"])
                text += chance.noise()
                if members[child] == nil { names.append(child) }
                members[child, default: []] += [
                    element(child, depth: depth + 1, &text, &chance)
                ]
            }
            text += chance.noise() + "</\(name)>"
            return .object(
                JSONObject(
                    names.map { name in
                        let values = members[name] ?? []
                        return (name, values.count == 1 ? values[0] : .array(values))
                    }
                )
            )
        }

        private static let characters: [(written: String, meant: String)] = [
            ("x", "x"), (" ", " "), ("é", "é"), (">", ">"), ("\"", "\""), ("&amp;", "&"),
            ("&lt;", "<"), ("&#65;", "A"), ("&#x1F600;", "😀"), ("&#0;", "&#0;"), ("&", "&"),
            ("&no;", "&no;"), ("<!-- - -->", ""),
        ]
    }

    @Test(arguments: 0..<300 as Range<UInt64>)
    func `a document is read as what it says, and no part of it is`(_ seed: UInt64) throws {
        var chance = Chance(state: seed)
        let sample = Sample(&chance)
        let bytes = Array(sample.text.utf8)
        #expect(XMLTree.value(of: bytes, lists: []) == sample.value, "\(sample.text)")
        // The last `>` of an element ends the document; behind it nothing is missing.
        let noises = ["<!-- <a> & \" -->", "<?p >?>"]
        let core = noises.reduce(sample.text) { text, noise in
            text.hasSuffix(noise) ? String(text.dropLast(noise.count)) : text
        }
        let whole = try #require(core.utf8.lastIndex(of: UInt8(ascii: ">")))
        let length = core.utf8.distance(from: core.utf8.startIndex, to: whole)
        for count in 0..<min(length, 400) {
            #expect(XMLTree.value(of: Array(bytes[..<count]), lists: []) == nil, "\(count)")
        }
    }

    @Test(arguments: 0..<300 as Range<UInt64>)
    func `bytes of chance are read or not, and end nothing else`(_ seed: UInt64) {
        var chance = Chance(state: seed)
        var bytes = Array(Sample(&chance).text.utf8)
        for _ in 0..<200 {
            let place = Int.random(in: 0..<bytes.count, using: &chance)
            bytes[place] = chance.pick(Array("<>/&;!?-\"' a#".utf8) + [0, 0x80, 0xFF])
            if let value = XMLTree.value(of: bytes, lists: []) {
                #expect(value.object?.count == 1)
            }
        }
    }
}
