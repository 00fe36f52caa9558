import JSON
import Ledger
import Model
import Testing

@testable import Commands

/// What a key says whose first request left no answer.
@Suite struct UnsettledKeyTests {
    private func told(isShared: Bool, after age: Duration) -> CommandError {
        let record = IdempotencyRecord(
            key: "k",
            bodyDigest: "d",
            expiresAt: CommandBench.now + IdempotencyRecord.lifetime,
            owner: "o",
            answer: nil
        )
        return IdempotencyGate.unsettled(record, isShared: isShared, now: CommandBench.now + age)
    }

    @Test(
        arguments: [
            (true, 0, "running"), (true, 179_999, "running"), (true, 180_000, "unknown"),
            (false, 0, "unknown"), (false, 86_399_999, "unknown"),
        ]
    )
    func `another replica's claim may run for as long as a call may take, and one's own may not`(
        _ isShared: Bool,
        _ milliseconds: Int64,
        _ state: String
    ) {
        let error = told(isShared: isShared, after: .milliseconds(milliseconds))
        #expect(error.kind == .conflict && error.code == "IDEMPOTENCY_IN_PROGRESS")
        let idempotency = error.members["idempotency"]
        #expect(idempotency?["state"]?.string == state)
        #expect(idempotency?["since"]?.string == CommandBench.now.text)
        let until = CommandBench.now + IdempotencyRecord.lifetime
        #expect(idempotency?["until"]?.string == until.text)
        // Who is told to come back does, for a day if need be.
        #expect((error.retryAfterSeconds == nil) == (state == "unknown"))
    }
}
