import Testing

/// What a section of an RFC asks of a server, as the bytes of a client and what it must get.
struct AnswerRule: Sendable, CustomTestStringConvertible {
    /// What one answer must be.
    struct Expected: Sendable {
        let status: Int
        var text: String?
        var fields: [String: String] = [:]
        var absent: [String] = []
        var isToHead = false
    }

    let section: String
    let rule: String
    let wire: String
    /// The answers, in order, interim ones included.
    let answers: [Expected]
    /// Whether the connection ends after them; else it must serve another request.
    let closes: Bool

    init(
        _ section: String,
        _ rule: String,
        _ wire: String,
        _ answers: [Expected],
        closes: Bool = false
    ) {
        (self.section, self.rule, self.wire) = (section, rule, wire)
        (self.answers, self.closes) = (answers, closes)
    }

    var testDescription: String { "\(section): \(rule)" }
}

extension AnswerRule.Expected {
    /// An answer of 200 with this body.
    static func ok(
        _ text: String,
        _ fields: [String: String] = [:],
        absent: [String] = []
    ) -> Self {
        Self(status: 200, text: text, fields: fields, absent: absent)
    }

    /// A refusal, which says that the connection closes.
    static func refusal(_ status: Int, _ fields: [String: String] = [:]) -> Self {
        Self(status: status, fields: fields.merging(["connection": "close"]) { own, _ in own })
    }
}
