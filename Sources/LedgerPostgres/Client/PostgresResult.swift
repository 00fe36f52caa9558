#if PostgreSQL
import CPostgres

/// The rows that a statement gave, in binary form.
///
/// It belongs to one thread at a time, as all of a session does.
@safe final class PostgresResult {
    private let result: OpaquePointer

    /// Takes over what libpq made.
    init(adopting result: OpaquePointer) { unsafe self.result = unsafe result }

    deinit { unsafe PQclear(result) }

    var rowCount: Int { Int(unsafe PQntuples(result)) }
    var status: ExecStatusType { unsafe PQresultStatus(result) }

    /// The bytes in a column; nil for null.
    func bytes(_ row: Int, _ column: Int) -> [UInt8]? {
        precondition((0..<rowCount).contains(row), "a row of the result")
        let (row, column) = (Int32(row), Int32(column))
        guard unsafe PQgetisnull(result, row, column) == 0 else { return nil }
        let count = Int(unsafe PQgetlength(result, row, column))
        // Libpq keeps `count` bytes there until the result is cleared.
        let start = unsafe UnsafeRawPointer(PQgetvalue(result, row, column))
        return unsafe Array(UnsafeRawBufferPointer(start: start, count: count))
    }

    /// A `bigint` in a column; nil for null.
    func integer(_ row: Int, _ column: Int) -> Int64? {
        guard let bytes = bytes(row, column) else { return nil }
        precondition(bytes.count == 8, "the statements ask for bigint")
        return Int64(bitPattern: bytes.reduce(0) { value, byte in value << 8 | UInt64(byte) })
    }

    /// A text in a column; nil for null.
    func text(_ row: Int, _ column: Int) -> String? {
        bytes(row, column).map { bytes in String(decoding: bytes, as: UTF8.self) }
    }

    /// A field of an error or notice; empty when it has none.
    func diagnosis(_ field: Int) -> String {
        guard let text = unsafe PQresultErrorField(result, Int32(field)) else { return "" }
        return unsafe String(cString: text)
    }
}
#endif
