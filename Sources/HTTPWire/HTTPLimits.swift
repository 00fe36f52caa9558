/// The sizes beyond which a request is refused instead of read.
public struct HTTPLimits: Sendable, Hashable {
    /// The longest request target, in bytes; beyond it 414.
    ///
    /// Default 8 KiB.
    public var targetByteCountMax = 8 << 10
    /// The longest header block, from after the request line to the blank line; beyond it 431.
    ///
    /// Default 32 KiB.
    public var headerByteCountMax = 32 << 10
    /// The most header fields; beyond it 431.
    ///
    /// Default 100.
    public var fieldCountMax = 100
    /// The longest body after decoding; beyond it 413, before it is read whole.
    ///
    /// Default 1 MiB.
    public var bodyByteCountMax = 1 << 20
    /// The longest trailer section of a chunked body; beyond it 431.
    ///
    /// Default 8 KiB.
    public var trailerByteCountMax = 8 << 10
    /// The most bytes of chunk extensions in one body; beyond it 400.
    ///
    /// Default 16 KiB.
    public var chunkExtensionByteCountMax = 16 << 10

    /// The defaults.
    public init() {}

    /// Blank lines tolerated before a request line (RFC 9112 section 2.2).
    static let leadingBlankLineCountMax = 4

    /// The longest request line: method, two spaces, version and CRLF beside the target.
    var requestLineByteCountMax: Int { targetByteCountMax + Self.lineOverheadMax }

    private static let lineOverheadMax = 64
}
