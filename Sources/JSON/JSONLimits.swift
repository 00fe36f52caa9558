/// How much one JSON document may ask of the reader.
///
/// The bytes themselves are bounded by who received them; these bound what they unfold to.
public struct JSONLimits: Sendable, Hashable {
    /// The deepest nesting that any caller may allow: the reader and everyone after it recurse.
    public static let depthCeiling = 512

    /// The most arrays and objects inside each other.
    public let depthMax: Int
    /// The most values of one document, containers included; one takes up to 48 bytes in memory.
    public let valueCountMax: Int

    /// The limits given; `depthMax` is held within 1 and `depthCeiling`.
    public init(depthMax: Int = 64, valueCountMax: Int = 1_000_000) {
        self.depthMax = min(max(1, depthMax), Self.depthCeiling)
        self.valueCountMax = max(1, valueCountMax)
    }
}
