extension JSONObject {
    /// The places of the members in the order of the canonical form.
    public var canonicalOrder: [Int] {
        members.indices.sorted { CanonicalOrder.precedes(members[$0].key, members[$1].key) }
    }
}

/// The order of names in the canonical form (RFC 8785 section 3.2.3): by UTF-16 code units.
enum CanonicalOrder {
    /// Whether one name comes before another.
    ///
    /// UTF-8 has the same order, but for characters that need two code units (lead bytes F0 and up):
    /// those come before U+E000 to U+FFFF (lead bytes EE and EF).
    static func precedes(_ left: String, _ right: String) -> Bool {
        let (first, second) = (left.utf8Span.span, right.utf8Span.span)
        for index in 0..<min(first.count, second.count) where first[index] != second[index] {
            guard max(first[index], second[index]) < 0xEE else {
                return left.utf16.lexicographicallyPrecedes(right.utf16)
            }
            return first[index] < second[index]
        }
        return first.count < second.count
    }
}
