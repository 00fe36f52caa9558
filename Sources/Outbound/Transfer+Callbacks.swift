import CShims
import Glibc

/// What libcurl asks while it works; on the loop's thread, inside of a call that the loop made.
extension Transfer {
    /// The transfer behind the pointer that `configure` gave to libcurl; the loop keeps it alive.
    private static func from(_ user: UnsafeMutableRawPointer?) -> Transfer {
        guard let user = unsafe user else { preconditionFailure("libcurl hands back its pointer") }
        return unsafe Unmanaged<Transfer>.fromOpaque(user).takeUnretainedValue()
    }

    func installCallbacks(on easy: UnsafeMutableRawPointer) {
        let user = unsafe UnsafeRawPointer(Unmanaged.passUnretained(self).toOpaque())
        unsafe shim_curl_set_pointer(easy, CURLOPT_OPENSOCKETDATA, user)
        unsafe shim_curl_set_open_socket(easy) { user, _, address in
            unsafe Transfer.from(user).openSocket(address)
        }
        unsafe shim_curl_set_pointer(easy, CURLOPT_PREREQDATA, user)
        unsafe shim_curl_set_before_request(easy) { user, _, _, _, _ in
            unsafe Transfer.from(user).mayBeSent() ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT
        }
        unsafe shim_curl_set_pointer(easy, CURLOPT_HEADERDATA, user)
        unsafe shim_curl_set_data_callback(easy, CURLOPT_HEADERFUNCTION) { bytes, _, count, user in
            let line = unsafe UnsafeBufferPointer(start: bytes, count: count)
            return unsafe Transfer.from(user).takeHeader(line) ? count : 0
        }
        unsafe shim_curl_set_pointer(easy, CURLOPT_WRITEDATA, user)
        unsafe shim_curl_set_data_callback(easy, CURLOPT_WRITEFUNCTION) { bytes, _, count, user in
            let part = unsafe UnsafeBufferPointer(start: bytes, count: count)
            return unsafe Transfer.from(user).takeBody(part).answer(count)
        }
    }

    /// Opens the socket for an address that the policy lets pass.
    ///
    /// Here the address is the one that will be connected to: no name is looked up after this.
    private func openSocket(_ address: UnsafeMutablePointer<curl_sockaddr>?) -> curl_socket_t {
        guard let address = unsafe address else { return CURL_SOCKET_BAD }
        guard let target = unsafe Self.ipAddress(of: address) else {
            refusedAddress = "not an internet address"
            return CURL_SOCKET_BAD
        }
        if let refusal = addressPolicy.refusal(of: target) {
            refusedAddress = refusal
            return CURL_SOCKET_BAD
        }
        openedSocketCount += 1
        let type = unsafe address.pointee.socktype | Int32(SOCK_CLOEXEC.rawValue)
        return unsafe socket(address.pointee.family, type, address.pointee.protocol)
    }

    private static func ipAddress(of address: UnsafeMutablePointer<curl_sockaddr>) -> IPAddress? {
        // The field is declared as a plain `sockaddr`, with room behind it for the longer kinds.
        guard let offset = MemoryLayout<curl_sockaddr>.offset(of: \.addr) else { return nil }
        let raw = unsafe UnsafeRawPointer(address).advanced(by: offset)
        switch unsafe address.pointee.family {
        case AF_INET:
            return IPAddress(unsafe raw.loadUnaligned(as: sockaddr_in.self).sin_addr)
        case AF_INET6:
            return IPAddress(unsafe raw.loadUnaligned(as: sockaddr_in6.self).sin6_addr)
        default:
            return nil
        }
    }

    /// Whether the request may be sent now.
    ///
    /// libcurl repeats a request by itself when a pooled connection dies before the answer. The
    /// server may have acted on the first one, so only a safe request is repeated.
    private func mayBeSent() -> Bool {
        sendCount += 1
        guard sendCount > 1, !exchange.isSafe, sentByteCount > 0 else { return true }
        noticed = .droppedBeforeAnswer
        return false
    }

    private func takeHeader(_ line: UnsafeBufferPointer<CChar>) -> Bool {
        let bytes = unsafe line.map(UInt8.init(bitPattern:))
        switch head.take(bytes, decodes: exchange.acceptsGzip) {
        case .taken:
            beginStream()
            return true
        case .tooLarge: noticed = .responseTooLarge
        case .unknownEncoding: noticed = .malformedAnswer
        }
        return false
    }

    /// Begins a streamed body once the head of a successful answer is whole.
    private func beginStream() {
        guard let buffer, head.isComplete, !buffer.hasBegun else { return }
        var status = 0
        unsafe shim_curl_get_long(easy, CURLINFO_RESPONSE_CODE, &status)
        guard (200...299).contains(status) else { return }
        let headers = exchange.acceptsGzip ? head.decodedHeaders : head.headers
        buffer.begin(status: status, headers: headers)
    }

    /// What became of a part of a body.
    private enum Taking {
        case taken
        case refused
        /// The reader is behind: libcurl brings the part again when it is told to go on.
        case later

        func answer(_ count: Int) -> Int {
            switch self {
            case .taken: count
            case .refused: 0
            case .later: Int(CURL_WRITEFUNC_PAUSE)
            }
        }
    }

    private func takeBody(_ part: UnsafeBufferPointer<CChar>) -> Taking {
        if let buffer, buffer.hasBegun { return unsafe stream(part, into: buffer) }
        // Called with at most 16 KiB at a time, after decompression: a small answer that unfolds
        // into a large one is stopped here, too.
        guard responseBody.count + part.count <= exchange.responseByteCountMax else {
            noticed = .responseTooLarge
            return .refused
        }
        unsafe part.withMemoryRebound(to: UInt8.self) { unsafe responseBody.append(contentsOf: $0) }
        return .taken
    }

    private func stream(
        _ part: UnsafeBufferPointer<CChar>,
        into buffer: StreamBuffer
    ) -> Taking {
        guard streamedByteCount + part.count <= exchange.responseByteCountMax else {
            noticed = .responseTooLarge
            return .refused
        }
        guard buffer.take(unsafe part.map(UInt8.init(bitPattern:))) else { return .later }
        streamedByteCount += part.count
        return .taken
    }
}
