import Platform
import Testing

@testable import bindery

@Suite struct BootstrapKeyTests {
    @Test(arguments: [32, 256])
    func `takes its limits`(_ count: Int) throws {
        let key = String(repeating: "k", count: count)
        let settings = try Reading.settings(nil, [BootstrapKey.variable: key])
        #expect(settings.bootstrapKey?.count == count)
    }

    @Test(arguments: [0, 31, 257])
    func `refuses by length`(_ count: Int) {
        let key = String(repeating: "k", count: count)
        let problems = Reading.problems(nil, [BootstrapKey.variable: key])
        #expect(problems.count == 1)
        #expect(problems.first?.hasPrefix("BINDERY_BOOTSTRAP_KEY: ") == true)
        #expect(count == 0 || problems.first?.contains(key) == false)
    }

    @Test(arguments: [" ", "\n", "\u{7F}", "é"])
    func `refuses what no client can send`(_ character: String) {
        let key = String(repeating: "k", count: 40) + character
        #expect(Reading.problems(nil, [BootstrapKey.variable: key]).count == 1)
    }
}
