/// One header field of an answer.
///
/// The value may come from outside: a control byte in it (a line break, say) is written as a
/// space, so that nobody can smuggle a second field into an answer (RFC 9110 section 5.5).
public struct HTTPField: Sendable, Hashable {
    /// The name, in any case; a token chosen by our own code, never by a client.
    public let name: String
    /// The value, without surrounding whitespace.
    public let value: String

    /// Pairs a name with its value.
    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}
