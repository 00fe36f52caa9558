import JSON
import Synchronization

/// An object as the API writes it, written out when it is first asked for.
///
/// Plans run one after the other: what only the answer and the audit need is made behind them, by each
/// writer for itself and on any core.
final class LateObject: Sendable {
    private enum Content {
        case waiting(@Sendable () -> JSONObject)
        case made(JSONObject)
    }

    private let content: Mutex<Content>

    /// An object that `make` writes out, once at most.
    init(_ make: @escaping @Sendable () -> JSONObject) { content = Mutex(.waiting(make)) }

    /// An object that is there already.
    init(_ object: JSONObject) { content = Mutex(.made(object)) }

    /// The object.
    var value: JSONObject {
        content.withLock { content in
            switch content {
            case .made(let object): return object
            case .waiting(let make):
                let object = make()
                content = .made(object)
                return object
            }
        }
    }
}
