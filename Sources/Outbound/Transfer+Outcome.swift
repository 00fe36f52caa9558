import CShims

/// What a finished transfer means.
extension Transfer {
    /// The bytes of the request that were given to the connection, its head and body.
    var sentByteCount: Int {
        var count = 0
        unsafe shim_curl_get_long(easy, CURLINFO_REQUEST_SIZE, &count)
        return count
    }

    /// The answer, or the failure that `code` stands for.
    func outcome(_ code: CURLcode) -> Outcome {
        guard code == CURLE_OK, noticed == nil else { return .failure(failure(code)) }
        // libcurl takes a head that is cut off for a whole one without a body.
        guard head.isComplete else {
            return .failure(failure(.droppedBeforeAnswer, reason(of: .droppedBeforeAnswer)))
        }
        var status = 0
        var connectMicroseconds: curl_off_t = 0
        unsafe shim_curl_get_long(easy, CURLINFO_RESPONSE_CODE, &status)
        unsafe shim_curl_get_offset(easy, CURLINFO_CONNECT_TIME_T, &connectMicroseconds)
        let response = OutboundResponse(
            status: status,
            headers: exchange.acceptsGzip ? head.decodedHeaders : head.headers,
            body: responseBody,
            timings: OutboundResponse.Timings(
                total: startedAt.duration(to: .now),
                connect: .microseconds(connectMicroseconds)
            )
        )
        return .success(response)
    }

    /// A failure of a transfer that the loop itself ended.
    func failure(_ code: OutboundError.Code, _ reason: String) -> OutboundError {
        let isSent = unsafe easy != nil && sentByteCount > 0
        return OutboundError(
            code,
            mayHaveReachedServer: isSent,
            status: isSent ? unreadableStatus(code) : nil,
            "\(exchange.url.origin): \(reason)"
        )
    }

    /// The status of an answer that came and cannot be read; nil before there was one.
    private func unreadableStatus(_ code: OutboundError.Code) -> Int? {
        guard code == .malformedAnswer || code == .responseTooLarge else { return nil }
        var status = 0
        unsafe shim_curl_get_long(easy, CURLINFO_RESPONSE_CODE, &status)
        return (100...599).contains(status) ? status : nil
    }

    private func failure(_ code: CURLcode) -> OutboundError {
        if let noticed { return failure(noticed, reason(of: noticed)) }
        if let refusedAddress, openedSocketCount == 0, sentByteCount == 0 {
            return failure(.addressRefused, "address refused: \(refusedAddress)")
        }
        // Only libcurl's fixed texts: its longer ones may quote what the server sent.
        let text = unsafe String(cString: curl_easy_strerror(code))
        return failure(meaning(of: code), text + verification)
    }

    private func reason(of noticed: OutboundError.Code) -> String {
        switch noticed {
        case .responseTooLarge: "the answer is over its limit"
        case .droppedBeforeAnswer: "the connection ended before the answer"
        default: "the answer is encoded in a way that was not asked for"
        }
    }

    private func meaning(of code: CURLcode) -> OutboundError.Code {
        switch code {
        case CURLE_OPERATION_TIMEDOUT: .timeout
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY, CURLE_COULDNT_CONNECT:
            .unreachable
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM,
            CURLE_SSL_CIPHER, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR,
            CURLE_SSL_INVALIDCERTSTATUS, CURLE_SSL_ENGINE_NOTFOUND:
            .tls
        case CURLE_WEIRD_SERVER_REPLY, CURLE_UNSUPPORTED_PROTOCOL, CURLE_BAD_CONTENT_ENCODING,
            CURLE_HTTP2:
            .malformedAnswer
        case CURLE_FILESIZE_EXCEEDED: .responseTooLarge
        // Out of memory is how libcurl calls a single header line over its own limit of 100 KB.
        case CURLE_OUT_OF_MEMORY: sentByteCount > 0 ? .responseTooLarge : .overloaded
        case CURLE_URL_MALFORMAT: .invalidRequest
        default: sentByteCount > 0 ? .droppedBeforeAnswer : .unreachable
        }
    }

    /// Why the certificate was refused, in OpenSSL's words; empty when it was not.
    private var verification: String {
        var result = 0
        unsafe shim_curl_get_long(easy, CURLINFO_SSL_VERIFYRESULT, &result)
        guard result != 0, let text = unsafe X509_verify_cert_error_string(result) else {
            return ""
        }
        return unsafe " (\(String(cString: text)))"
    }
}
