/// The methods this server implements (RFC 9110 section 9, RFC 5789).
///
/// Any other method is answered 501; `CONNECT` and `TRACE` are left out on purpose.
public enum HTTPMethod: String, Sendable, Hashable, CaseIterable {
    /// Reads; safe and idempotent.
    case get = "GET"
    /// Like `get`, without the answer's body.
    case head = "HEAD"
    /// Creates or runs.
    case post = "POST"
    /// Replaces; idempotent.
    case put = "PUT"
    /// Changes a part (RFC 5789).
    case patch = "PATCH"
    /// Removes; idempotent.
    case delete = "DELETE"
    /// Asks what is allowed.
    case options = "OPTIONS"

    /// The longest method name, in bytes.
    static let byteCountMax = 7

    /// Reads a method, which is case-sensitive, or answers nil when it is not one of ours.
    ///
    /// The name is packed into one integer, so that a comparison of it is one instruction.
    init?(_ bytes: Span<UInt8>) {
        guard bytes.count <= Self.byteCountMax else { return nil }
        var packed: UInt64 = 0
        for index in bytes.indices { packed = packed << 8 | UInt64(bytes[index]) }
        switch packed {
        case 0x47_4554: self = .get
        case 0x4845_4144: self = .head
        case 0x504F_5354: self = .post
        case 0x50_5554: self = .put
        case 0x50_4154_4348: self = .patch
        case 0x4445_4C45_5445: self = .delete
        case 0x4F_5054_494F_4E53: self = .options
        default: return nil
        }
    }
}
