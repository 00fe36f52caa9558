import CShims

/// What libcurl is told before a transfer.
extension Transfer {
    /// Sets up a fresh handle for this exchange.
    ///
    /// The options cannot fail but for memory: each exists in the version this room is linked with.
    func configure(
        _ easy: UnsafeMutableRawPointer,
        _ configuration: OutboundConfiguration,
        remaining: Duration
    ) {
        unsafe setFixedOptions(easy)
        unsafe setVersion(easy)
        unsafe setTrust(easy, configuration)
        unsafe shim_curl_set_text(easy, CURLOPT_URL, exchange.url.text)
        unsafe setTimes(easy, remaining: remaining)
        unsafe setMethod(easy)
        unsafe setHeaders(easy, userAgent: configuration.userAgent)
        if exchange.acceptsGzip {
            unsafe shim_curl_set_text(easy, CURLOPT_ACCEPT_ENCODING, "gzip")
        }
        if exchange.method != "HEAD" {
            // A declared length over the limit ends the transfer at once; 0 would mean no limit.
            // What is not streamed is bounded more tightly while it comes.
            let streamed = buffer == nil ? 0 : exchange.streamByteCountMax
            let limit = max(1, exchange.responseByteCountMax, streamed)
            unsafe shim_curl_set_offset(easy, CURLOPT_MAXFILESIZE_LARGE, curl_off_t(limit))
        }
        unsafe installCallbacks(on: easy)
    }

    private func setFixedOptions(_ easy: UnsafeMutableRawPointer) {
        // Signals are the server's; without this libcurl uses them for its timeouts.
        unsafe shim_curl_set_long(easy, CURLOPT_NOSIGNAL, 1)
        // Without this, a transfer that is aborted while its name is looked up blocks the loop
        // until the resolver answers; with it, the resolver's thread ends by itself.
        unsafe shim_curl_set_long(easy, CURLOPT_QUICK_EXIT, 1)
        unsafe shim_curl_set_text(easy, CURLOPT_PROTOCOLS_STR, "http,https")
        unsafe shim_curl_set_long(easy, CURLOPT_FOLLOWLOCATION, 0)
        unsafe shim_curl_set_long(easy, CURLOPT_NETRC, Int(CURL_NETRC_IGNORED.rawValue))
        unsafe shim_curl_set_long(easy, CURLOPT_TCP_NODELAY, 1)
        unsafe shim_curl_set_long(easy, CURLOPT_MAXAGE_CONN, Self.connectionIdleSecondsMax)
        unsafe shim_curl_set_long(easy, CURLOPT_MAXLIFETIME_CONN, Self.connectionAgeSecondsMax)
    }

    /// A server that offers HTTP/2 gets one connection with many streams, not many connections.
    ///
    /// But for an answer that may be held back: libcurl then reads nothing more from its connection,
    /// and whatever else is on it would wait for this one's reader.
    private func setVersion(_ easy: UnsafeMutableRawPointer) {
        let isShared = buffer == nil
        let version = isShared ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1
        unsafe shim_curl_set_long(easy, CURLOPT_HTTP_VERSION, Int(version))
        let waits = isShared && exchange.url.isSecure
        unsafe shim_curl_set_long(easy, CURLOPT_PIPEWAIT, waits ? 1 : 0)
    }

    // Shorter than the 60 s after which common servers and load balancers close an idle connection.
    private static let connectionIdleSecondsMax = 50
    // A connection is opened anew so often that a server which has moved is found again.
    private static let connectionAgeSecondsMax = 600

    private func setTrust(
        _ easy: UnsafeMutableRawPointer,
        _ configuration: OutboundConfiguration
    ) {
        unsafe shim_curl_set_long(easy, CURLOPT_SSL_VERIFYPEER, 1)
        unsafe shim_curl_set_long(easy, CURLOPT_SSL_VERIFYHOST, 2)
        unsafe shim_curl_set_long(easy, CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        if let caFile = configuration.caFile {
            unsafe shim_curl_set_text(easy, CURLOPT_CAINFO, caFile)
        }
        // An empty proxy keeps libcurl from reading one from the environment.
        unsafe shim_curl_set_text(easy, CURLOPT_PROXY, configuration.proxy ?? "")
        unsafe shim_curl_set_text(easy, CURLOPT_NOPROXY, "")
    }

    // How much later than the loop libcurl ends a transfer.
    private static let spareMilliseconds = 1000

    private func setTimes(_ easy: UnsafeMutableRawPointer, remaining: Duration) {
        // Zero would mean no limit.
        let total = max(1, remaining.milliseconds)
        let connect = max(1, min(total, exchange.connectTimeout.milliseconds))
        // The loop keeps the deadline itself: libcurl ends only what that would miss.
        unsafe shim_curl_set_long(easy, CURLOPT_TIMEOUT_MS, total + Self.spareMilliseconds)
        unsafe shim_curl_set_long(easy, CURLOPT_CONNECTTIMEOUT_MS, connect)
    }

    private func setMethod(_ easy: UnsafeMutableRawPointer) {
        let hasBody = unsafe withBody { bytes, count in
            // The size first, or libcurl looks for the end of the text.
            unsafe shim_curl_set_offset(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(count))
            if count > 0 {
                unsafe shim_curl_set_pointer(easy, CURLOPT_POSTFIELDS, UnsafeRawPointer(bytes))
            } else {
                // Without an address libcurl would read the body from standard input.
                unsafe shim_curl_set_text(easy, CURLOPT_COPYPOSTFIELDS, "")
            }
            unsafe shim_curl_set_long(easy, CURLOPT_POST, 1)
        }
        if exchange.method == "HEAD" {
            unsafe shim_curl_set_long(easy, CURLOPT_NOBODY, 1)
        } else if exchange.method != (hasBody ? "POST" : "GET") {
            unsafe shim_curl_set_text(easy, CURLOPT_CUSTOMREQUEST, exchange.method)
        }
    }

    private func setHeaders(_ easy: UnsafeMutableRawPointer, userAgent: String) {
        for header in exchange.headers {
            // A semicolon is libcurl's sign for a header whose value is empty.
            let isEmpty = header.value.utf8.allSatisfy { $0 == 0x20 || $0 == 0x09 }
            append(isEmpty ? "\(header.name);" : "\(header.name): \(header.value)")
        }
        // libcurl invents a type for bodies, and waits for "100 Continue" before larger ones.
        append("Expect:")
        if !exchange.headers.contains(where: { $0.isNamed("content-type") }) {
            append("Content-Type:")
        }
        if !exchange.headers.contains(where: { $0.isNamed("user-agent") }) {
            unsafe shim_curl_set_text(easy, CURLOPT_USERAGENT, userAgent)
        }
        unsafe shim_curl_set_headers(easy, headerList)
    }

    private func append(_ line: String) {
        guard let list = unsafe curl_slist_append(headerList, line) else {
            preconditionFailure("there is memory for a header")
        }
        unsafe headerList = unsafe list
    }
}

extension Duration {
    /// Whole milliseconds, rounded up so that no time given is none left.
    var milliseconds: Int {
        let (seconds, attoseconds) = components
        return Int(seconds) * 1000
            + Int((attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
    }
}
