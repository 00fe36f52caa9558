extension JSONValue {
    /// Reads one JSON document, strictly: RFC 8259 with the rules of I-JSON (RFC 7493).
    ///
    /// UTF-8 without a byte order mark; no name twice in an object, where `"a"` and `"\u0061"` are
    /// one name, and so are two spellings that Unicode holds canonically equivalent; no lone
    /// surrogate; no number beyond a double; nothing after the value but white space. An integer
    /// within 64 bits is exact, every other number keeps its spelling (so does `-0`).
    ///
    /// - Throws: `JSONError` with the first thing wrong, its pointer and its byte offset.
    /// - Complexity: O(n) in the number of bytes.
    public init(parsing bytes: [UInt8], limits: JSONLimits = JSONLimits()) throws(JSONError) {
        var reader = JSONReader(bytes, limits: limits)
        do {
            self = try reader.document()
        } catch {
            throw error.error
        }
    }

    /// Reads one JSON document; offsets in errors count from the start of the slice.
    ///
    /// - Throws: `JSONError`, as `init(parsing:limits:)` does.
    public init(
        parsing bytes: ArraySlice<UInt8>,
        limits: JSONLimits = JSONLimits()
    ) throws(JSONError) {
        try self.init(parsing: Array(bytes), limits: limits)
    }

    /// Reads one JSON document; offsets in errors count its UTF-8 bytes.
    ///
    /// - Throws: `JSONError`, as `init(parsing:limits:)` does.
    public init(parsing text: String, limits: JSONLimits = JSONLimits()) throws(JSONError) {
        try self.init(parsing: Array(text.utf8), limits: limits)
    }
}
