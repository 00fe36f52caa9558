import HTTPWire
import Platform

/// The answers that idempotency keys have got, to be given again.
struct DemoReplays: Sendable {
    /// The most keys that are remembered; beyond, remembering starts again.
    static let countMax = 1000

    private struct Replay {
        let digest: [UInt8]
        let answer: DemoAnswer
    }

    private var replays: [String: Replay] = [:]

    /// The remembered answer of `key`; nil when it is new.
    ///
    /// The same key with another request is refused, as Stripe does.
    func answer(of key: String, to request: DemoRequest) -> DemoAnswer? {
        guard let known = replays[key] else { return nil }
        guard known.digest == Self.digest(of: request) else {
            return DemoStripe.error(
                400,
                "idempotency_error",
                nil,
                "Keys for idempotent requests can only be used with the same parameters."
            )
        }
        var answer = known.answer
        answer.headers.append(HTTPField("Idempotent-Replayed", "true"))
        return answer
    }

    /// Remembers an answer, unless it asks to be tried again.
    mutating func remember(_ answer: DemoAnswer, of key: String, to request: DemoRequest) {
        guard answer.manner == .whole, answer.status != 429, answer.status != 503 else { return }
        if replays.count >= Self.countMax { replays = [:] }
        replays[key] = Replay(digest: Self.digest(of: request), answer: answer)
    }

    private static func digest(of request: DemoRequest) -> [UInt8] {
        Digest.sha256(Array(request.path.joined(separator: "/").utf8) + [0] + request.body)
    }
}
