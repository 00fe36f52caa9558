/// Reads one JSON document from bytes in a single pass.
///
/// Past the end every byte reads as zero, which the grammar allows nowhere: the hot paths need one
/// comparison for "ended" and "wrong", and `unexpected` tells the two apart.
struct JSONReader {
    let bytes: [UInt8]
    let limits: JSONLimits
    var position = 0
    private var valueCount = 0

    init(_ bytes: [UInt8], limits: JSONLimits) {
        self.bytes = bytes
        self.limits = limits
    }

    /// The byte at the position, or 0 past the end.
    var current: UInt8 { position < bytes.count ? bytes[position] : 0 }

    /// Reads the whole input as one value.
    mutating func document() throws(JSONFailure) -> JSONValue {
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
            throw JSONFailure(.byteOrderMark, at: 0, "a byte order mark may not stand here")
        }
        skipWhitespace()
        guard position < bytes.count else {
            throw JSONFailure(.emptyInput, at: position, "there is no JSON value")
        }
        let value = try value(depth: 0)
        skipWhitespace()
        guard position == bytes.count else {
            throw JSONFailure(.trailingBytes, at: position, "something follows the JSON value")
        }
        return value
    }

    /// The document was cut.
    var ended: JSONFailure {
        JSONFailure(.unexpectedEnd, at: bytes.count, "the document ends too early")
    }

    /// What is wrong at the position: the end, or a byte that does not belong there.
    func unexpected(_ detail: String) -> JSONFailure {
        guard position < bytes.count else { return ended }
        return JSONFailure(.unexpectedByte, at: position, detail)
    }

    private mutating func skipWhitespace() {
        while true {
            switch current {
            case 0x20, 0x0A, 0x0D, 0x09: position += 1
            default: return
            }
        }
    }

    private mutating func value(depth: Int) throws(JSONFailure) -> JSONValue {
        valueCount += 1
        guard valueCount <= limits.valueCountMax else {
            let detail = "the document has more than \(limits.valueCountMax) values"
            throw JSONFailure(.tooManyValues, at: position, detail)
        }
        switch current {
        case 0x22: return .string(try string())
        case 0x7B: return try object(depth: try deeper(depth))
        case 0x5B: return try array(depth: try deeper(depth))
        case 0x2D, 0x30...0x39: return try number()
        case 0x74: return try literal("true", .bool(true))
        case 0x66: return try literal("false", .bool(false))
        case 0x6E: return try literal("null", .null)
        default: throw unexpected("a JSON value must stand here")
        }
    }

    private func deeper(_ depth: Int) throws(JSONFailure) -> Int {
        guard depth < limits.depthMax else {
            let detail = "arrays and objects are nested deeper than \(limits.depthMax)"
            throw JSONFailure(.tooDeep, at: position, detail)
        }
        return depth + 1
    }

    private mutating func literal(
        _ word: String,
        _ value: JSONValue
    ) throws(JSONFailure) -> JSONValue {
        for byte in word.utf8 {
            guard current == byte else { throw unexpected("this is not the word \(word)") }
            position += 1
        }
        return value
    }

    private mutating func array(depth: Int) throws(JSONFailure) -> JSONValue {
        position += 1
        skipWhitespace()
        var items: [JSONValue] = []
        if current == 0x5D {
            position += 1
            return .array(items)
        }
        while true {
            do {
                items.append(try value(depth: depth))
            } catch {
                throw error.inside(.item(items.count))
            }
            guard try separator(closing: 0x5D, "a comma or ] must follow an item") else {
                return .array(items)
            }
        }
    }

    private mutating func object(depth: Int) throws(JSONFailure) -> JSONValue {
        position += 1
        skipWhitespace()
        var object = JSONObject()
        if current == 0x7D {
            position += 1
            return .object(object)
        }
        while true {
            guard current == 0x22 else { throw unexpected("a member name in quotes is missing") }
            let start = position
            let key = try string()
            do throws(JSONFailure) {
                let value = try memberValue(depth: depth)
                guard object.appendUnique(key, value) else {
                    throw JSONFailure(.duplicateKey, at: start, "the object has this member twice")
                }
            } catch {
                throw error.inside(.member(key))
            }
            guard try separator(closing: 0x7D, "a comma or } must follow a member") else {
                return .object(object)
            }
        }
    }

    private mutating func memberValue(depth: Int) throws(JSONFailure) -> JSONValue {
        skipWhitespace()
        guard current == 0x3A else { throw unexpected("a colon must follow the member name") }
        position += 1
        skipWhitespace()
        return try value(depth: depth)
    }

    /// Steps over a comma, and answers true, or over the closing bracket, and answers false.
    private mutating func separator(
        closing: UInt8,
        _ detail: @autoclosure () -> String
    ) throws(JSONFailure) -> Bool {
        skipWhitespace()
        let byte = current
        guard byte == 0x2C || byte == closing else { throw unexpected(detail()) }
        position += 1
        guard byte == 0x2C else { return false }
        skipWhitespace()
        return true
    }
}
