import HTTPWire

/// The header fields that every answer has (API section 2).
enum AnswerHeaders {
    /// Echoes or gives a request's id.
    static let requestID = "X-Request-ID"

    static func common(requestID: String, revision: UInt64) -> [HTTPField] {
        [
            HTTPField(Self.requestID, requestID), HTTPField("Bindery-Revision", "\(revision)"),
            HTTPField("X-Content-Type-Options", "nosniff"),
        ]
    }
}
