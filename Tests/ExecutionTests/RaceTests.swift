import Testing

@testable import Execution

@Suite struct RaceTests {
    @Test func `gives what the work gives`() async {
        #expect(await Race.result(within: .seconds(60)) { 5 } == 5)
    }

    @Test func `gives up when the time is over, and the work goes on`() async {
        let (stream, end) = AsyncStream<Int>.makeStream()
        let result = await Race.result(within: .milliseconds(10)) {
            for await number in stream { return number }
            return 0
        }
        #expect(result == nil)
        end.yield(1)
        end.finish()
    }
}
