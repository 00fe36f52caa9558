import CShims

/// An absolute `http` or `https` URL, read by the parser that also connects: two parsers that
/// disagree about the host are how address checks are passed by.
@safe struct OutboundURL: Sendable {
    /// The whole URL, without its fragment.
    let text: String
    /// The server, such as `https://api.example.com:443`; equal for URLs of the same origin.
    let origin: String
    /// Whether the scheme is `https`.
    let isSecure: Bool
    /// The server's name or address, as it is connected to.
    private let host: String
    /// What the header field `Host` says: the port only where it is not the scheme's own.
    let authority: String
    /// The path; never empty.
    let path: String
    /// The query without its question mark; empty for none.
    let query: String

    /// Reads a URL that a caller wrote.
    ///
    /// Stricter than the parser: dot segments are refused instead of being resolved, since a value
    /// rendered into a path must not climb out of it.
    init(_ text: String) throws(OutboundError) {
        guard text.utf8.allSatisfy(Self.isURLByte) else {
            throw OutboundError(.invalidRequest, "the URL holds a character that must be encoded")
        }
        guard !Self.hasDotSegment(text) else {
            throw OutboundError(.invalidRequest, "the URL's path holds a dot segment")
        }
        try self.init(parts: [text], flags: 0)
    }

    /// Reads what a `Location` header points to from here (RFC 9110 section 10.2.2).
    func resolving(_ location: String) throws(OutboundError) -> OutboundURL {
        do throws(OutboundError) {
            return try OutboundURL(parts: [text, location], flags: UInt32(CURLU_URLENCODE))
        } catch {
            throw OutboundError(.malformedAnswer, "\(origin): redirects to what is no URL")
        }
    }

    private init(parts: [String], flags: UInt32) throws(OutboundError) {
        let malformed = OutboundError(.invalidRequest, "the URL is not an http or https one")
        guard let handle = unsafe curl_url() else { preconditionFailure("there is memory") }
        defer { unsafe curl_url_cleanup(handle) }
        for part in parts {
            guard (1...OutboundRequest.urlByteCountMax).contains(part.utf8.count) else {
                throw malformed
            }
            let flags = flags | UInt32(CURLU_DISALLOW_USER)
            guard unsafe curl_url_set(handle, CURLUPART_URL, part, flags) == CURLUE_OK else {
                throw malformed
            }
        }
        unsafe curl_url_set(handle, CURLUPART_FRAGMENT, nil, 0)
        guard let scheme = unsafe Self.part(CURLUPART_SCHEME, of: handle),
            scheme == "http" || scheme == "https",
            let host = unsafe Self.part(CURLUPART_HOST, of: handle), !host.isEmpty,
            let port = unsafe Self.part(CURLUPART_PORT, of: handle),
            let path = unsafe Self.part(CURLUPART_PATH, of: handle, flags: 0),
            let text = unsafe Self.part(CURLUPART_URL, of: handle, flags: 0)
        else { throw malformed }
        self.text = text
        self.origin = "\(scheme)://\(host.lowercased()):\(port)"
        self.isSecure = scheme == "https"
        self.host = host
        self.authority = port == (isSecure ? "443" : "80") ? host : "\(host):\(port)"
        self.path = path
        self.query = unsafe Self.part(CURLUPART_QUERY, of: handle, flags: 0) ?? ""
    }

    /// Why the host may not be connected to, where the URL itself tells: it is an address, or a name of
    /// this machine; nil when only looking up the name tells.
    ///
    /// Whatever way the address is written: the parser has brought it into its one form.
    func literalRefusal(_ policy: AddressPolicy) -> String? {
        let name = host.trimmingPrefix("[").prefix { $0 != "]" && $0 != "%" }
        let plain = (name.hasSuffix(".") ? name.dropLast() : name).lowercased()
        if plain == "localhost" || plain.hasSuffix(".localhost") {
            return policy.allowsLoopback ? nil : "loopback"
        }
        return IPAddress(plain).flatMap { policy.refusal(of: $0) }
    }

    private static func part(
        _ part: CURLUPart,
        of handle: OpaquePointer,
        flags: UInt32 = UInt32(CURLU_DEFAULT_PORT)
    ) -> String? {
        var value: UnsafeMutablePointer<CChar>?
        guard unsafe curl_url_get(handle, part, &value, flags) == CURLUE_OK,
            let value = unsafe value
        else { return nil }
        defer { unsafe curl_free(value) }
        return unsafe String(cString: value)
    }

    // RFC 3986 section 2, and nothing else: a backslash or a quote is read differently by others.
    private static func isURLByte(_ byte: UInt8) -> Bool {
        (0x21...0x7E).contains(byte) && !"\"<>\\^`{|}".utf8.contains(byte)
    }

    private static func hasDotSegment(_ text: String) -> Bool {
        let path = text.prefix { $0 != "?" && $0 != "#" }
        return path.split(separator: "/").dropFirst()
            .contains { segment in
                guard segment.utf8.count <= 6 else { return false }
                let plain = segment.lowercased().replacing("%2e", with: ".")
                return plain == "." || plain == ".."
            }
    }
}

extension OutboundRequest {
    /// Whether a request may have `text` as its URL; for settings that name one.
    public static func isURL(_ text: String) -> Bool {
        do throws(OutboundError) {
            _ = try OutboundURL(text)
            return true
        } catch {
            return false
        }
    }

    /// The URL that a reference in the answer to `url` names, such as the next page of a list; nil
    /// when it is none, or one of another origin, which must not get the request's credentials.
    public static func url(_ reference: String, sameOriginAs url: String) -> String? {
        do throws(OutboundError) {
            let base = try OutboundURL(url)
            let target = try base.resolving(reference)
            return target.origin == base.origin ? target.text : nil
        } catch {
            return nil
        }
    }
}
