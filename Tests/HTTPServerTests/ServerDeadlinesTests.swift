import Testing

@testable import HTTPServer

@Suite struct ServerDeadlinesTests {
    @Test(arguments: [
        (Duration.seconds(60), Duration.seconds(1)), (.seconds(2), .milliseconds(500)),
        (.milliseconds(100), .milliseconds(25)), (.milliseconds(1), .milliseconds(10)),
        (.zero, .milliseconds(10)),
    ])
    func `are looked at often enough, and not too often`(_ header: Duration, _ interval: Duration) {
        var deadlines = ServerDeadlines()
        deadlines.header = header
        deadlines.body = .seconds(60)
        deadlines.linger = .seconds(60)
        #expect(deadlines.sweepInterval == interval)
    }
}
