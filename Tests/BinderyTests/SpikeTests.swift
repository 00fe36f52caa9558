import Testing
@testable import bindery
@Suite struct SpikeTests { @Test func `x`() { #expect(ProcessEnvironment(["a": "b"])["a"] == "b") } }
