import JSON

/// A place at which an object stays another than a set says: what only actions move.
///
/// Whoever paused a connection had a reason that no file knows, so that a set brings it back into
/// service as little as it takes one out.
struct SetDrift: Sendable {
    /// Where it is in the object.
    let pointer: String
    /// What the set says.
    let wished: String
    /// What is there, and stays.
    let found: String

    /// As the API writes it.
    var json: JSONValue {
        ["pointer": .string(pointer), "wished": .string(wished), "found": .string(found)]
    }
}
