public import Model

/// What a provider posted to a connection, as it came; nothing of it is believed yet.
public struct InboundWebhook: Sendable {
    /// The longest header field that is read, in bytes.
    static let fieldByteCountMax = 4096

    /// The URLs under which the provider may know this server's route, with the query as it was
    /// sent; for schemes that sign the URL.
    let urls: [String]
    /// The query, still percent-encoded; nil without one.
    let query: String?
    /// The body's bytes.
    public let body: [UInt8]
    /// When it came.
    public let receivedAt: Timestamp
    private let lookUp: @Sendable (String) -> String?

    /// A request.
    ///
    /// - Parameters:
    ///   - urls: The URLs under which the provider may know this server's route.
    ///   - query: The query, still percent-encoded; nil without one.
    ///   - body: The body's bytes, free of any coding of transfer.
    ///   - receivedAt: When it came.
    ///   - lookUp: Finds the value of a header field by its name in small letters; nil when there is
    ///     none, or more than one, so that nobody can say which of them was signed.
    public init(
        urls: [String],
        query: String?,
        body: [UInt8],
        receivedAt: Timestamp,
        lookUp: @escaping @Sendable (String) -> String?
    ) {
        (self.urls, self.query, self.body) = (urls, query, body)
        self.receivedAt = receivedAt
        self.lookUp = lookUp
    }

    /// The value of a header field; nil when it is absent, stands twice or is too long.
    func field(_ name: String, byteCountMax: Int = fieldByteCountMax) -> String? {
        guard let value = lookUp(name), value.utf8.count <= byteCountMax else { return nil }
        return value
    }

    /// The media type in small letters, without parameters; empty when no field gives one.
    public var mediaType: String {
        let type =
            field("content-type", byteCountMax: 256)?
            .split(separator: ";", maxSplits: 1).first ?? ""
        return type.lowercased().filter { $0 != " " && $0 != "\t" }
    }
}
