public import Platform
import Synchronization

/// The TLS context that new handshakes begin with.
///
/// It can be replaced while the server runs: connections that are open, and handshakes that have
/// begun, keep the one they began with.
public final class ServerTLS: Sendable {
    private let context: Mutex<TLSContext>

    /// Begins with this context.
    public init(_ context: TLSContext) { self.context = Mutex(context) }

    /// The context of the next handshake.
    public var current: TLSContext { context.withLock { $0 } }

    /// Takes another one for the next handshakes.
    public func replace(by next: TLSContext) { context.withLock { $0 = next } }
}
