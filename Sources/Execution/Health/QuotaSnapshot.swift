public import JSON
import Model
import Outbound

/// What a provider said of its rate limit in the headers of one answer; read as `LearnedLimit` reads
/// them of calls.
public struct QuotaSnapshot: Sendable {
    private let observation: LearnedLimit.Observation

    /// Nil when the answer says nothing.
    init?(_ response: OutboundResponse, at now: Timestamp) {
        observation = LearnedLimit.Observation(response, calendar: now.milliseconds)
        if observation.limit == nil, observation.remaining == nil, observation.resetIn == nil {
            return nil
        }
    }

    /// As the API writes it.
    public var json: JSONValue {
        [
            "limit": observation.limit.map { .integer($0) } ?? .null,
            "remaining": observation.remaining.map { .integer($0) } ?? .null,
            "resetSeconds": observation.resetIn.map { .integer($0.components.seconds) } ?? .null,
        ]
    }
}
