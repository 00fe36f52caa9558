public import JSON

/// A compiled JSON Schema, the subset of draft 2020-12 that the wire contract names.
///
/// Everything that could cost without bound is settled when a schema is registered: keywords
/// outside the subset, references that go round without consuming input, patterns that do not fit.
/// What depends on the instance has a budget while checking; running out of it is a violation, so
/// that a value is never taken for good because looking at it was too dear.
public struct Schema: Sendable {
    /// The longest schema, as compact JSON text, in bytes.
    public static let byteCountMax = 65_536
    /// The most schemas inside one, itself included.
    public static let nodeCountMax = 2_000
    /// The deepest nesting of schemas, and the longest chain of schemas for one value.
    public static let depthMax = 64
    /// The most violations that one check reports.
    public static let violationCountMax = 50
    /// The most steps of one check: a schema applied to a value, a member, a state of a pattern.
    public static let stepCountMax = 2_000_000
    /// The most values that the defaults of one object may unfold to.
    public static let defaultValueCountMax = 1_000

    /// The schema as it was written.
    public let source: JSONValue
    /// Every schema of the document; the first is the whole.
    let nodes: [SchemaNode]

    /// Compiles a schema that stands at `pointer` in the caller's document.
    ///
    /// - Throws: `SchemaError` with the first thing wrong; its pointer starts with `pointer`.
    public init(compiling source: JSONValue, at pointer: JSONPointer) throws(SchemaError) {
        self.source = source
        self.nodes = try SchemaCompiler.compile(source, at: pointer)
    }

    /// The defaults of the properties, as they fill an empty object.
    public var defaults: JSONObject { applyingDefaults(to: JSONObject()) }
}

extension Schema: Hashable {
    /// Two schemas are equal when they were written alike.
    public static func == (left: Schema, right: Schema) -> Bool { left.source == right.source }

    /// Hashes what equality compares.
    public func hash(into hasher: inout Hasher) { hasher.combine(source) }
}

/// Why a schema is refused.
public struct SchemaError: Error, Sendable, Hashable {
    /// The keyword or schema that is wrong, in the caller's document.
    public let pointer: JSONPointer
    /// What is wrong with it, for a reader.
    public let detail: String
}

/// One way in which a value breaks a schema.
public struct SchemaViolation: Sendable, Hashable {
    /// The value, or the member that is missing or too many, in the caller's document.
    public let pointer: JSONPointer
    /// The keyword that it breaks; `false` for the schema that nothing satisfies, `limit` when the
    /// check was given up.
    public let keyword: String
    /// What the schema asks for; never the value itself, which may be a secret in a wrong place.
    public let detail: String
}
