import Commands
import HTTPWire

/// Reads what a request says of the object that it has seen (RFC 9110 section 13.1).
enum RequestConditions {
    /// The most tags of one header.
    static let tagCountMax = 64

    static func read(_ request: HTTPRequest) throws(CommandError) -> Precondition {
        let ifMatch = request.header("if-match")
        let ifNoneMatch = request.header("if-none-match")
        if ifMatch == nil, ifNoneMatch == nil { return .none }
        return Precondition(
            ifMatch: try tags(ifMatch, "If-Match", takesWeak: false),
            ifNoneMatch: try tags(ifNoneMatch, "If-None-Match", takesWeak: true)
        )
    }

    private static func tags(
        _ value: String?,
        _ name: String,
        takesWeak: Bool
    ) throws(CommandError) -> Precondition.Tags? {
        guard let value else { return nil }
        let parts = value.split(separator: ",").map { $0.trimming(" \t") }
        if parts == ["*"] { return .any }
        var tags: Set<String> = []
        for part in parts where !part.isEmpty {
            let isWeak = part.hasPrefix("W/")
            let quoted = isWeak ? part.dropFirst(2) : part
            guard quoted.utf8.count >= 2, quoted.hasPrefix("\""), quoted.hasSuffix("\""),
                tags.count < tagCountMax
            else { throw .parameter(name, "must be * or a list of tags in quotes") }
            // A weak tag is never equal to ours by the strong comparison that If-Match asks for.
            if !isWeak || takesWeak { tags.insert(String(quoted.dropFirst().dropLast())) }
        }
        return .of(tags)
    }
}

extension Substring {
    /// Without the characters of `set` at both ends.
    func trimming(_ set: String) -> Substring {
        var rest = self
        while let first = rest.first, set.contains(first) { rest.removeFirst() }
        while let last = rest.last, set.contains(last) { rest.removeLast() }
        return rest
    }
}
