import Outbound

/// Reads XML tag by tag, as much of it as providers write: elements, their texts, comments,
/// processing instructions, the five named entities and characters by their numbers.
///
/// What it does not read ends it: a DTD, CDATA, a tag that is not closed. So nothing is ever
/// expanded, fetched or taken for something else. Names stand as they are written, with their
/// prefix; attributes are passed over; the text is UTF-8.
struct XMLScanner {
    /// The most elements within each other.
    static let depthMax = 32

    /// What stands between two texts.
    enum Tag {
        /// The start of an element; one that is empty ends with it.
        case open(name: String, isEmpty: Bool)
        case close(name: String)
    }

    private var rest: ArraySlice<UInt8>
    /// The text between the last tag and the one before it, as it is written.
    private(set) var text: [UInt8] = []
    /// Whether what follows is no XML that is read here.
    private(set) var isBroken = false

    init(_ bytes: ArraySlice<UInt8>) {
        // A mark of the byte order says nothing of UTF-8 (RFC 3629 section 6).
        rest = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes
    }

    /// The next tag; nil at the end, and where nothing more can be read.
    mutating func next() -> Tag? {
        text = []
        while let open = rest.firstIndex(of: UInt8(ascii: "<")) {
            text += rest[..<open]
            rest = rest[open...]
            if rest.starts(with: "<!--".utf8) {
                guard skip(behind: "-->") else { return nil }
            } else if rest.starts(with: "<?".utf8) {
                guard skip(behind: "?>") else { return nil }
            } else {
                return tag()
            }
        }
        text += rest
        rest = []
        return nil
    }

    private mutating func skip(behind mark: String) -> Bool {
        guard let end = rest.firstRange(of: Array(mark.utf8)) else {
            isBroken = true
            return false
        }
        rest = rest[end.upperBound...]
        return true
    }

    private mutating func tag() -> Tag? {
        guard let end = Self.end(of: rest) else {
            isBroken = true
            return nil
        }
        let tag = rest[(rest.startIndex + 1)..<end]
        rest = rest[(end + 1)...]
        if tag.first == UInt8(ascii: "/") { return .close(name: Self.name(tag.dropFirst())) }
        let name = Self.name(tag)
        guard !name.isEmpty, tag.first != UInt8(ascii: "!") else {
            isBroken = true
            return nil
        }
        return .open(name: name, isEmpty: tag.last == UInt8(ascii: "/"))
    }

    /// Where a tag ends: at the first `>` that stands in no attribute.
    private static func end(of tag: ArraySlice<UInt8>) -> Int? {
        var quote: UInt8?
        for index in tag.indices {
            let byte = tag[index]
            if let mark = quote {
                if byte == mark { quote = nil }
            } else if byte == UInt8(ascii: ">") {
                return index
            } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
                quote = byte
            }
        }
        return nil
    }

    private static func name(_ tag: ArraySlice<UInt8>) -> String {
        String(decoding: tag.prefix { $0 > 0x20 && $0 != UInt8(ascii: "/") }, as: UTF8.self)
    }

    // MARK: Texts

    /// What a text says, its entities replaced; those that are not known stay as they are written.
    static func unescaped(_ bytes: [UInt8]) -> String {
        guard bytes.contains(UInt8(ascii: "&")) else {
            return String(decoding: bytes, as: UTF8.self)
        }
        var text: [UInt8] = []
        var rest = bytes[...]
        while let start = rest.firstIndex(of: UInt8(ascii: "&")) {
            text += rest[..<start]
            rest = rest[start...]
            let end = rest.prefix(entityByteCountMax).firstIndex(of: UInt8(ascii: ";"))
            guard let end, let character = character(rest[(start + 1)..<end]) else {
                text.append(UInt8(ascii: "&"))
                rest = rest.dropFirst()
                continue
            }
            text += character
            rest = rest[(end + 1)...]
        }
        return String(decoding: text + rest, as: UTF8.self)
    }

    /// The longest entity that is known: `&#x10FFFF;`, with zeros before it.
    private static let entityByteCountMax = 16

    private static func character(_ entity: ArraySlice<UInt8>) -> [UInt8]? {
        let name = String(decoding: entity, as: UTF8.self)
        switch name {
        case "lt": return [UInt8(ascii: "<")]
        case "gt": return [UInt8(ascii: ">")]
        case "quot": return [UInt8(ascii: "\"")]
        case "apos": return [UInt8(ascii: "'")]
        case "amp": return [UInt8(ascii: "&")]
        default: break
        }
        guard name.hasPrefix("#") else { return nil }
        let isHexadecimal = name.hasPrefix("#x")
        let digits = name.dropFirst(isHexadecimal ? 2 : 1)
        guard digits.first != "+", digits.first != "-",
            let number = UInt32(digits, radix: isHexadecimal ? 16 : 10), number != 0,
            let scalar = Unicode.Scalar(number)
        else { return nil }
        return Array(String(Character(scalar)).utf8)
    }
}

extension OutboundResponse {
    /// Whether its media type is one of XML (RFC 7303).
    var isXML: Bool {
        guard let header = header("content-type") else { return false }
        let type = header.prefix { $0 != ";" && $0 != " " }.lowercased()
        return type == "application/xml" || type == "text/xml" || type.hasSuffix("+xml")
    }
}
