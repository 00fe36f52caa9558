/// The header `Link` (RFC 8288 section 3), as far as a next page needs it.
enum LinkHeader {
    /// The target of the first link with the relation `next`; nil when there is none.
    static func next(in value: String) -> String? {
        var rest = value[...]
        while let open = rest.firstIndex(of: "<") {
            guard let close = rest[open...].firstIndex(of: ">") else { return nil }
            let target = rest[rest.index(after: open)..<close]
            let after = rest[rest.index(after: close)...]
            let parameters = parameters(after)
            if isNext(parameters) { return String(target) }
            rest = after.dropFirst(parameters.utf8.count)
        }
        return nil
    }

    /// The parameters of one link: up to the comma that ends it, which is in no quotes.
    private static func parameters(_ text: Substring) -> Substring {
        var isQuoted = false
        let end = text.firstIndex { character in
            if character == "\"" { isQuoted.toggle() }
            return character == "," && !isQuoted
        }
        return text[..<(end ?? text.endIndex)]
    }

    private static func isNext(_ parameters: Substring) -> Bool {
        parameters.split(separator: ";")
            .contains { parameter in
                let parts = parameter.split(separator: "=", maxSplits: 1)
                guard parts.count == 2, parts[0].filter({ $0 != " " }).lowercased() == "rel" else {
                    return false
                }
                let relations = parts[1].filter { $0 != "\"" }.split(separator: " ")
                return relations.contains { $0.lowercased() == "next" }
            }
    }
}
