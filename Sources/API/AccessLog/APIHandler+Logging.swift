import HTTPWire
import Model
import Platform

extension APIHandler {
    /// Logs an answer, when it is one that is logged.
    func log(
        _ response: HTTPResponse,
        to request: HTTPRequest,
        _ requestID: String,
        _ passage: Passage,
        _ now: Timestamp,
        _ nanoseconds: Int64
    ) {
        guard let accessLog else { return }
        let traceID = passage.trace?.traceID
        guard accessLog.takes(status: response.status, traceID: traceID, requestID: requestID)
        else { return }
        let path = request.pathBytes.prefix(AccessLogEntry.pathByteCountMax + 1)
        accessLog.note(
            AccessLogEntry(
                time: now,
                requestID: requestID,
                traceID: traceID,
                method: request.method,
                route: passage.route.map { routes[$0].path.text },
                path: path.isEmpty ? [UInt8(ascii: "/")] : Array(path),
                status: response.status,
                bodyByteCount: request.method == .head ? 0 : response.bodyByteCount,
                nanoseconds: nanoseconds,
                address: request.peerAddress,
                credential: passage.credential?.text,
                tenant: passage.tenant?.text,
                errorCode: Problem.code(of: response)
            )
        )
    }

    /// Logs a refusal of the server core, which has no request.
    func log(_ response: HTTPResponse, to refusal: HTTPRefusal, _ requestID: String, _ now: Int64) {
        guard let accessLog else { return }
        accessLog.note(
            AccessLogEntry(
                time: Timestamp(milliseconds: now),
                requestID: requestID,
                traceID: nil,
                method: nil,
                route: nil,
                path: [],
                status: response.status,
                bodyByteCount: response.bodyByteCount,
                nanoseconds: nil,
                address: nil,
                credential: nil,
                tenant: nil,
                errorCode: refusal.code
            )
        )
    }
}

extension HTTPResponse {
    /// The length of the body that is sent; of one that is streamed, 0.
    fileprivate var bodyByteCount: Int {
        guard case .bytes(let bytes) = body else { return 0 }
        return bytes.count
    }
}
