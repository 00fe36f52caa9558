import Glibc

/// How an `OutboundClient` behaves for all of its requests.
public struct OutboundConfiguration: Sendable {
    /// Which addresses may be connected to.
    public var addressPolicy: AddressPolicy
    /// A file of certificate authorities in PEM, trusted beside the system's; nil for none.
    public var caFile: String?
    /// The proxy that all requests take, such as `http://proxy.internal:3128`; nil for none.
    ///
    /// Never read from the environment. Behind a proxy, only the proxy sees the addresses of the
    /// servers, so that it, and not the address policy, has to refuse the private ones.
    public var proxy: String?
    /// The most requests on their way at once; also the most connections in use.
    public var inFlightCountMax: Int
    /// How many of those are kept for what others wait for (health checks, tokens, keys), which then
    /// has twice as many at most; 0 for a client that makes no difference.
    public var reservedCount = 0
    /// The most requests that wait for their turn beyond those.
    public var waitingCountMax: Int
    /// The most idle connections kept open for reuse.
    public var idleConnectionCountMax: Int
    /// The `User-Agent` of requests that bring none.
    public var userAgent: String

    /// A configuration with the limits most servers want.
    public init(
        addressPolicy: AddressPolicy = AddressPolicy(),
        caFile: String? = nil,
        proxy: String? = nil,
        inFlightCountMax: Int = 1024,
        waitingCountMax: Int = 4096,
        idleConnectionCountMax: Int = 256,
        userAgent: String = "bindery"
    ) {
        self.addressPolicy = addressPolicy
        self.caFile = caFile
        self.proxy = proxy
        self.inFlightCountMax = inFlightCountMax
        self.waitingCountMax = waitingCountMax
        self.idleConnectionCountMax = idleConnectionCountMax
        self.userAgent = userAgent
    }
}

/// Why a client cannot start.
public enum OutboundSetupError: Error, Sendable, Hashable {
    /// The file of certificate authorities cannot be read.
    case caFileUnreadable(String)
    /// The proxy is no `http` or `https` URL.
    case malformedProxy
    /// The user agent holds a control character.
    case malformedUserAgent
    /// A limit is below 1 (below 0 for those that wait), or above 100,000, or all requests are kept
    /// for some.
    case limitOutOfRange
    /// The system has no descriptors left.
    case system(String)
}

extension OutboundConfiguration {
    /// Refuses what could only fail later.
    func check() throws(OutboundSetupError) {
        let limitMax = 100_000
        guard (1...limitMax).contains(inFlightCountMax),
            (0...limitMax).contains(waitingCountMax),
            (1...limitMax).contains(idleConnectionCountMax),
            (0..<inFlightCountMax).contains(reservedCount)
        else { throw .limitOutOfRange }
        guard userAgent.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
            throw .malformedUserAgent
        }
        if let caFile, unsafe access(caFile, R_OK) != 0 { throw .caFileUnreadable(caFile) }
        guard let proxy else { return }
        do throws(OutboundError) {
            _ = try OutboundURL(proxy)
        } catch {
            throw .malformedProxy
        }
    }
}
