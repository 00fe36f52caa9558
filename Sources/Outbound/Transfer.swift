import CShims
import Glibc
import Platform
import Synchronization

/// One exchange on its way through libcurl.
///
/// Made by the calling task, then handed to the loop: all but `isCancelled` belongs to the loop's
/// thread, on which libcurl also makes its calls back. That is why `Sendable` is unchecked.
@safe final class Transfer: @unchecked Sendable {
    /// What the caller is told.
    typealias Outcome = Result<OutboundResponse, OutboundError>

    let exchange: Exchange
    let startedAt: ContinuousClock.Instant
    let deadline: ContinuousClock.Instant
    /// When it began to wait for its turn.
    let handedInAt = ContinuousClock.now
    let addressPolicy: AddressPolicy
    let isCancelled = Atomic<Bool>(false)

    private var continuation: CheckedContinuation<Outcome, Never>?
    /// Where the body of a successful answer goes; nil collects it.
    let buffer: StreamBuffer?
    /// The bytes of the body that went there.
    var streamedByteCount = 0
    // libcurl reads the body from here during the transfer, so it has an address of its own.
    private let body: SecretBytes?

    var easy: UnsafeMutableRawPointer?
    var headerList: UnsafeMutablePointer<curl_slist>?

    var head = ResponseHead()
    var responseBody: [UInt8] = []
    /// The failure that a callback noticed, which libcurl only knows as "a callback said no".
    var noticed: OutboundError.Code?
    var refusedAddress: String?
    var openedSocketCount = 0
    var sendCount = 0

    init(
        _ exchange: Exchange,
        startedAt: ContinuousClock.Instant,
        deadline: ContinuousClock.Instant,
        addressPolicy: AddressPolicy,
        buffer: StreamBuffer? = nil
    ) {
        self.buffer = buffer
        self.exchange = exchange
        self.startedAt = startedAt
        self.deadline = deadline
        self.addressPolicy = addressPolicy
        let sendsEmptyBody = ["POST", "PUT", "PATCH"].contains(exchange.method)
        self.body = exchange.body.map(SecretBytes.init) ?? (sendsEmptyBody ? SecretBytes([]) : nil)
    }

    /// Keeps the caller waiting; before the transfer is handed to the loop.
    func suspend(_ continuation: CheckedContinuation<Outcome, Never>) {
        self.continuation = continuation
    }

    /// Answers the caller; called once.
    func resume(_ outcome: Outcome) {
        if let buffer { return buffer.finish(outcome) }
        guard let continuation else { preconditionFailure("a caller is answered once") }
        self.continuation = nil
        continuation.resume(returning: outcome)
    }

    /// Lends the address and length of the body that is sent; nil when there is none.
    ///
    /// The address stays valid as long as this transfer lives.
    func withBody(_ use: (UnsafePointer<UInt8>?, Int) -> Void) -> Bool {
        guard let body else { return false }
        body.withSpan { span in
            unsafe span.withUnsafeBufferPointer { unsafe use($0.baseAddress, $0.count) }
        }
        return true
    }

    /// Wipes and frees the list of headers, which may hold credentials.
    func freeHeaders() {
        var node = unsafe headerList
        while let current = unsafe node {
            if let text = unsafe current.pointee.data {
                unsafe explicit_bzero(text, strlen(text))
            }
            unsafe node = unsafe current.pointee.next
        }
        unsafe curl_slist_free_all(headerList)
        unsafe headerList = nil
    }
}
