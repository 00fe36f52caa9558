import JSON
import Model

/// Where the connections of two environments are no counterparts of one another: two here are one
/// there, or one here is two there, though each binding is alike.
///
/// Which account is whose counterpart nobody says, so that it is read off the bindings: those that
/// say the same but for their connections, taken in the order written, are one another's.
struct AccountDrift {
    /// The most of them told.
    static let countMax = 100

    /// A binding without its connection, and the connection.
    struct Bound {
        let binding: JSONValue
        let connection: ConnectionID
    }

    private var there: [ConnectionID: Set<ConnectionID>] = [:]
    private var here: [ConnectionID: Set<ConnectionID>] = [:]

    /// Compares the bindings of the two.
    init(_ own: [Bound], _ others: [Bound]) {
        var waiting: [JSONValue: [ConnectionID]] = [:]
        for other in others.reversed() {
            waiting[other.binding, default: []].append(other.connection)
        }
        for bound in own {
            guard let other = waiting[bound.binding]?.popLast() else { continue }
            there[bound.connection, default: []].insert(other)
            here[other, default: []].insert(bound.connection)
        }
    }

    /// Those that are folded, and then those that are split, as the API writes them.
    var json: [JSONValue] {
        func texts(_ ids: some Sequence<ConnectionID>) -> JSONValue {
            .array(ids.sorted().prefix(Self.countMax).map { .string($0.text) })
        }
        let folded = here.filter { $0.value.count > 1 }.sorted { $0.key < $1.key }
            .map { JSONValue.object(["connections": texts($0.value), "against": texts([$0.key])]) }
        let split = there.filter { $0.value.count > 1 }.sorted { $0.key < $1.key }
            .map { JSONValue.object(["connections": texts([$0.key]), "against": texts($0.value)]) }
        return Array((folded + split).prefix(Self.countMax))
    }
}
