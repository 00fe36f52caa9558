extension JSONValue {
    /// The value that the pointer points to (RFC 6901), or nil when there is none.
    ///
    /// An item's step is its index without leading zeros; `-`, the place after the last item, is
    /// no value.
    public func at(_ pointer: JSONPointer) -> JSONValue? {
        var value = self
        for token in pointer.tokens {
            switch value {
            case .object(let object):
                guard let member = object[token] else { return nil }
                value = member
            case .array(let items):
                guard let index = Self.index(token), index < items.count else { return nil }
                value = items[index]
            default: return nil
            }
        }
        return value
    }

    private static func index(_ token: String) -> Int? {
        let digits = token.utf8
        guard digits.allSatisfy({ (0x30...0x39).contains($0) }),
            token == "0" || digits.first != 0x30
        else { return nil }
        return Int(token)
    }
}
