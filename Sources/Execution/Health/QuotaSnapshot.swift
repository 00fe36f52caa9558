public import JSON
import Model
import Outbound

/// What a provider said of its rate limit, in the headers of one answer.
///
/// The names that are in use: `RateLimit-Limit`, `-Remaining` and `-Reset` (draft-ietf-httpapi-ratelimit-
/// headers-07), the same with `X-` before them, `X-Rate-Limit-…`, and `…-Requests` behind them. What is
/// no whole number is left out.
public struct QuotaSnapshot: Sendable, Hashable {
    /// The calls of a window.
    public let limit: Int?
    /// Those that are left.
    public let remaining: Int?
    /// In how many seconds the window ends.
    public let resetSeconds: Int?

    private static let starts = ["ratelimit-", "x-ratelimit-", "x-rate-limit-"]
    private static let ends = ["", "-requests"]
    /// A reset larger than this is a time since 1970 and no number of seconds to wait.
    private static let secondsMax: Int64 = 1_000_000_000

    /// Nil when the answer says nothing.
    init?(_ response: OutboundResponse, at now: Timestamp) {
        self.init({ response.header($0) }, at: now)
    }

    init?(_ header: (String) -> String?, at now: Timestamp) {
        func number(_ name: String) -> Int64? {
            for start in Self.starts {
                for end in Self.ends {
                    guard let text = header(start + name + end) else { continue }
                    // A list of windows begins with the one that is nearest to its end.
                    let first = text.prefix { $0 != "," && $0 != ";" && $0 != " " }
                    if let number = Int64(first), number >= 0 { return number }
                }
            }
            return nil
        }
        limit = number("limit").map(Int.init)
        remaining = number("remaining").map(Int.init)
        resetSeconds = number("reset")
            .map { reset in
                guard reset > Self.secondsMax else { return Int(reset) }
                return Int(max(0, reset - now.milliseconds / 1000))
            }
        if limit == nil, remaining == nil, resetSeconds == nil { return nil }
    }

    /// As the API writes it.
    public var json: JSONValue {
        func value(_ number: Int?) -> JSONValue { number.map { .integer(Int64($0)) } ?? .null }
        return [
            "limit": value(limit), "remaining": value(remaining),
            "resetSeconds": value(resetSeconds),
        ]
    }
}
