import Testing

/// What a section of an RFC asks of a recipient, as bytes and what must come of them.
struct ConformanceRule: Sendable, CustomTestStringConvertible {
    /// What must come of the bytes.
    enum Outcome: Sendable {
        /// Requests with these targets, and no refusal.
        case served([String])
        /// A refusal with this status, after the requests with these targets.
        case refused(Int, after: [String] = [])
    }

    let section: String
    let rule: String
    let wire: [UInt8]
    let outcome: Outcome

    init(_ section: String, _ rule: String, _ wire: String, _ outcome: Outcome) {
        self.init(section, rule, bytes: Array(wire.utf8), outcome)
    }

    init(_ section: String, _ rule: String, bytes: [UInt8], _ outcome: Outcome) {
        (self.section, self.rule, self.wire, self.outcome) = (section, rule, bytes, outcome)
    }

    var testDescription: String { "\(section): \(rule)" }
}

extension ConformanceRule {
    /// All of them.
    static let all = messages + targets + fields + bodies + chunks + semantics

    /// A valid request, which follows others.
    static let get = Head.get()

    /// A POST of this body, with these lines.
    static func post(_ lines: String, _ body: String = "") -> String {
        "POST /p HTTP/1.1\r\nHost: a\r\n\(lines)\r\n\r\n" + body
    }

    /// A chunked POST.
    static func chunked(_ body: String) -> String {
        post("Transfer-Encoding: chunked", body)
    }
}
