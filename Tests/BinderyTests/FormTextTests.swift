import Testing

@testable import bindery

@Suite struct FormTextTests {
    @Test func `reads pairs, escapes and plus signs`() {
        #expect(
            FormText.pairs("a=1&b=x+y%26z&c&=d&a=2") == ["a": "2", "b": "x y&z", "c": "", "": "d"]
        )
        #expect(FormText.pairs("")?.isEmpty == true)
        #expect(FormText.decoded("a+b%2Fc") == "a+b/c")
    }

    @Test(arguments: ["%", "%2", "%zz", "%ff", "a=%C3"])
    func `refuses broken escapes and bytes that are no text`(_ text: String) {
        #expect(FormText.pairs(text) == nil)
        #expect(FormText.decoded(text) == nil)
    }
}
