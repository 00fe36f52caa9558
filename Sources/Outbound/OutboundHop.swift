/// A request on its way to one server, as it is given to who signs it: what goes out, and no more.
public struct OutboundHop: Sendable {
    /// The method, in capitals.
    public let method: String
    /// The value of the header field `Host`.
    public let authority: String
    /// The path, as it is sent.
    public let path: String
    /// The query, as it is sent, without its question mark; empty for none.
    public let query: String
    /// The header fields, but for those that the connection sets.
    public let headers: [OutboundHeader]
    /// The body; empty for none.
    public let body: [UInt8]
}
