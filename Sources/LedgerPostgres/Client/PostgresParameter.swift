#if PostgreSQL
/// A parameter of a statement in the binary form of PostgreSQL's protocol.
struct PostgresParameter {
    /// The type's number in `pg_type`.
    let type: UInt32
    let bytes: [UInt8]

    static func integer(_ value: Int64) -> Self { Self(type: 20, bytes: bigEndian(value)) }
    static func text(_ value: String) -> Self { Self(type: 25, bytes: Array(value.utf8)) }
    static func bytes(_ value: [UInt8]) -> Self { Self(type: 17, bytes: value) }
    /// 16 bytes.
    static func uuid(_ value: [UInt8]) -> Self { Self(type: 2950, bytes: value) }

    /// A one-dimensional `bytea[]` without nulls; at least one value.
    static func byteArrays(_ values: some Collection<[UInt8]>) -> Self {
        array(type: 1001, of: 17, values)
    }

    /// A one-dimensional `text[]` without nulls; at least one value.
    static func texts(_ values: [String]) -> Self {
        array(type: 1009, of: 25, values.map { value in Array(value.utf8) })
    }

    /// A one-dimensional `bigint[]` without nulls; at least one value.
    static func integers(_ values: [Int64]) -> Self {
        array(type: 1016, of: 20, values.map(bigEndian))
    }

    private static func array(
        type: UInt32,
        of elementType: Int32,
        _ values: some Collection<[UInt8]>
    ) -> Self {
        let byteCount = values.reduce(20) { count, value in count + 4 + value.count }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(byteCount)
        // Dimensions, whether there are nulls, the elements' type, their number, the first index.
        for word in [1, 0, elementType, Int32(values.count), 1] { bytes += bigEndian(word) }
        for value in values {
            bytes += bigEndian(Int32(value.count))
            bytes += value
        }
        return Self(type: type, bytes: bytes)
    }

    private static func bigEndian(_ value: some FixedWidthInteger) -> [UInt8] {
        (0..<value.bitWidth / 8).reversed()
            .map { index in UInt8(truncatingIfNeeded: value >> (8 * index)) }
    }
}

/// A statement with its parameters; one with a name is prepared once in a session.
struct PostgresStatement {
    /// The name under which a session prepares it; nil for one that is rare.
    let name: String?
    let sql: String
    let parameters: [PostgresParameter]

    init(_ sql: String, _ parameters: PostgresParameter..., name: String? = nil) {
        self.sql = sql
        self.parameters = parameters
        self.name = name
    }
}
#endif
