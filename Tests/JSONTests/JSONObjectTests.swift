import JSON
import Testing

@Suite struct JSONObjectTests {
    @Test(arguments: [3, 31, 32, 33, 200])
    func `keeps order, finds, replaces and removes at any size`(_ count: Int) {
        var object = JSONObject((0..<count).map { ("k\($0)", JSONValue.integer(Int64($0))) })
        #expect(object.keys == (0..<count).map { "k\($0)" })
        object["k1"] = "new"
        #expect(object.members[1].value == "new")
        object["k0"] = nil
        #expect(object["k0"] == nil)
        #expect(object.count == count - 1)
        #expect(object["k\(count - 1)"] == .integer(Int64(count - 1)))
        object["k0"] = 0
        #expect(object.keys.last == "k0")
        object["absent"] = nil
        #expect(object.count == count)
    }

    @Test func `equality and hash know no order`() {
        let one: JSONObject = ["a": 1, "b": ["c": 2]]
        let other: JSONObject = ["b": ["c": 2], "a": 1]
        #expect(one == other)
        #expect(one.hashValue == other.hashValue)
        #expect(one != ["a": 1])
        #expect(one != ["a": 1, "b": ["c": 3]])
    }

    @Test func `a value answers for its own type alone`() throws {
        let decimal = try JSONValue(parsing: "3.0")
        #expect(decimal.integer == 3)
        #expect(decimal.double == 3)
        #expect(JSONValue.integer(3).double == 3)
        #expect(try JSONValue(parsing: "3.5").integer == nil)
        #expect(try JSONValue(parsing: "1e19").integer == nil)
        #expect(JSONValue.bool(true).integer == nil)
        #expect(JSONValue.string("3").double == nil)
        #expect(JSONDecimal(.infinity) == nil)
        #expect(JSONDecimal(.nan) == nil)
    }
}
