import JSON
import Outbound

/// The texts of an error in XML, found by where their elements stand: `/Error/Code`.
///
/// An error is looked at only up to a bound, and what stands before its end is found even when it is
/// cut: a code is worth more than the proof that the rest is well-formed.
struct XMLText {
    /// The most bytes that are looked at.
    static let byteCountMax = 65_536

    private let bytes: ArraySlice<UInt8>

    /// The texts of `body`, the body of `response`; nil when it is no XML.
    init?(_ body: JSONValue, of response: OutboundResponse) {
        guard let text = body.string, response.isXML else { return nil }
        bytes = Array(text.utf8.prefix(Self.byteCountMax))[...]
    }

    /// The text of the first element at a place; nil where there is none, or one with elements.
    func text(at pointer: JSONPointer) -> String? {
        var scanner = XMLScanner(bytes)
        var path: [String] = []
        var isFound = false
        while let tag = scanner.next() {
            switch tag {
            case .close:
                if isFound { return XMLScanner.unescaped(scanner.text) }
                guard path.popLast() != nil else { return nil }
            case .open(let name, let isEmpty):
                guard !isFound, path.count < XMLScanner.depthMax else { return nil }
                path.append(name)
                isFound = path == pointer.tokens
                guard isEmpty else { continue }
                if isFound { return "" }
                path.removeLast()
            }
        }
        return nil
    }
}
