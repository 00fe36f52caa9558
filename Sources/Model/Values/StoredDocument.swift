public import JSON

/// A checked document in its normal form: one JSON object, as bytes, without server-owned members.
///
/// Bytes take a fraction of the memory of a tree, are what the log keeps, and go into answers as they
/// are; whoever needs a free-form part (a config, metadata) reads it when it is needed.
public struct StoredDocument: Sendable, Hashable {
    /// The object, as JSON text.
    public let bytes: [UInt8]

    /// Keeps `object`.
    public init(_ object: JSONObject) { self.bytes = JSONValue.object(object).serialized() }

    /// The object, read anew at each call.
    public var object: JSONObject {
        do {
            let value = try JSONValue(parsing: bytes)
            guard let object = value.object else {
                preconditionFailure("a stored document is an object")
            }
            return object
        } catch {
            preconditionFailure("a stored document is well-formed JSON")
        }
    }
}

/// An object in the store, with what the server knows of it.
public struct Stored<Value: Sendable>: Sendable {
    /// The object.
    public var value: Value
    /// The revision of its last change; the ETag.
    public var revision: UInt64
    /// When it was made.
    public var createdAt: Timestamp
    /// When it was last changed.
    public var updatedAt: Timestamp

    /// An object in the store.
    public init(_ value: Value, revision: UInt64, createdAt: Timestamp, updatedAt: Timestamp) {
        self.value = value
        self.revision = revision
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }

    /// The document with the server-owned members that every noun has.
    public func stamped(_ document: StoredDocument) -> JSONObject {
        var object = document.object
        var meta = object["meta"]?.object ?? [:]
        meta["createdAt"] = .string(createdAt.text)
        meta["updatedAt"] = .string(updatedAt.text)
        object["meta"] = .object(meta)
        object["revision"] = .integer(Int64(revision))
        return object
    }
}

/// A noun that the store keeps as a document.
public protocol DocumentNoun: Sendable {
    /// The document, without server-owned members.
    var document: StoredDocument { get }
}
