import Execution
import JSON
import Ledger
import Model

/// What is told of a key that has no answer to give again.
///
/// Two states, which want opposite things of the caller: a first request that runs has its answer
/// soon; of one whose process ended nobody here will ever know more, and to ask again is of no use.
extension IdempotencyGate {
    /// How long a claim that another replica made may be of a request that still runs: as long as a
    /// call may take, and some more for what is around it.
    static let runningTimeMax = CapabilityCall.timeoutMax + .seconds(60)

    /// The first request runs, or has ended this very moment.
    static let inProgress = CommandError(
        .conflict,
        "IDEMPOTENCY_IN_PROGRESS",
        "The first request with this Idempotency-Key runs: send the same again in a moment for its "
            + "answer.",
        members: ["idempotency": ["state": "running"]],
        retryAfterSeconds: 1
    )

    /// What a claim without an answer means that no request of this process holds.
    static func unsettled(
        _ record: IdempotencyRecord,
        isShared: Bool,
        now: Timestamp
    ) -> CommandError {
        let since = record.expiresAt + (.zero - IdempotencyRecord.lifetime)
        let certainAt = since + runningTimeMax
        if isShared, now < certainAt {
            return CommandError(
                .conflict,
                "IDEMPOTENCY_IN_PROGRESS",
                "The first request with this Idempotency-Key may be running on another replica. When "
                    + "the key has no answer at \(certainAt.text), that one's process has ended.",
                members: state("running", since, record.expiresAt),
                retryAfterSeconds: 1
            )
        }
        // Without a time to come back: a client that obeys it would ask for a day, and then call again.
        return CommandError(
            .conflict,
            "IDEMPOTENCY_IN_PROGRESS",
            "The outcome of the first request with this Idempotency-Key is unknown: its process ended "
                + "while it ran, or its answer could not be kept. The provider may have been called. "
                + "Look for the call in the audit trail since \(since.text), and at the provider; "
                + "when it was not made, send it with another key. This key calls nothing until "
                + "\(record.expiresAt.text).",
            members: state("unknown", since, record.expiresAt)
        )
    }

    private static func state(
        _ name: String,
        _ since: Timestamp,
        _ until: Timestamp
    ) -> JSONObject {
        [
            "idempotency": [
                "state": .string(name), "since": .string(since.text), "until": .string(until.text),
            ]
        ]
    }
}
