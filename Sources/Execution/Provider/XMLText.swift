import JSON
import Outbound

/// The texts of an answer in XML, found by where their elements stand: `/Error/Code`.
///
/// Reads as much of XML as errors of providers are written in: elements, their texts, comments and
/// the five named entities. A document with a DTD or CDATA has no texts; attributes are passed over.
struct XMLText {
    /// The most bytes that are looked at.
    static let byteCountMax = 65_536
    /// The most elements within each other.
    static let depthMax = 32

    private let bytes: ArraySlice<UInt8>

    /// The texts of `body`, the body of `response`; nil when it is no XML.
    init?(_ body: JSONValue, of response: OutboundResponse) {
        guard let text = body.string, let header = response.header("content-type") else {
            return nil
        }
        let type = header.prefix { $0 != ";" && $0 != " " }.lowercased()
        guard type == "application/xml" || type == "text/xml" || type.hasSuffix("+xml") else {
            return nil
        }
        bytes = Array(text.utf8.prefix(Self.byteCountMax))[...]
    }

    /// The text of the first element at a place; nil where there is none, or one with elements.
    func text(at pointer: JSONPointer) -> String? {
        var rest = bytes
        var path: [String] = []
        var found: [UInt8]?
        while let open = rest.firstIndex(of: UInt8(ascii: "<")) {
            found? += rest[..<open]
            rest = rest[open...]
            if rest.starts(with: "<!--".utf8) {
                guard let end = rest.firstRange(of: Array("-->".utf8)) else { return nil }
                rest = rest[end.upperBound...]
                continue
            }
            guard let close = rest.firstIndex(of: UInt8(ascii: ">")) else { return nil }
            let tag = rest[(open + 1)..<close]
            rest = rest[(close + 1)...]
            switch tag.first {
            case UInt8(ascii: "?"): continue
            case UInt8(ascii: "/"):
                if let found { return Self.unescaped(found) }
                guard path.popLast() != nil else { return nil }
            case nil, UInt8(ascii: "!"): return nil
            default:
                guard found == nil, path.count < Self.depthMax else { return nil }
                let isEmpty = tag.last == UInt8(ascii: "/")
                path.append(Self.name(tag))
                if path == pointer.tokens { found = [] }
                guard isEmpty else { continue }
                if found != nil { return "" }
                path.removeLast()
            }
        }
        return nil
    }

    private static func name(_ tag: ArraySlice<UInt8>) -> String {
        String(decoding: tag.prefix { $0 > 0x20 && $0 != UInt8(ascii: "/") }, as: UTF8.self)
    }

    private static func unescaped(_ bytes: [UInt8]) -> String {
        String(decoding: bytes, as: UTF8.self)
            .replacing("&lt;", with: "<").replacing("&gt;", with: ">")
            .replacing("&quot;", with: "\"").replacing("&apos;", with: "'")
            // Last: what it makes is no entity.
            .replacing("&amp;", with: "&")
    }
}
