import HTTPWire

/// The header fields that every answer has (API section 2).
enum AnswerHeaders {
    static func common(requestID: String, revision: UInt64) -> [HTTPField] {
        [
            HTTPField("X-Request-ID", requestID), HTTPField("Bindery-Revision", "\(revision)"),
            HTTPField("X-Content-Type-Options", "nosniff"),
        ]
    }
}
