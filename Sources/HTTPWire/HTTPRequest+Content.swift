extension HTTPRequest {
    /// Hands out everything that the client said, but for the fields named: the head in as few
    /// parts as that allows, then the body.
    ///
    /// Two requests with the same parts ask the same, whatever the fields left out say. The
    /// connection is not part of it: neither its address nor its client certificate.
    ///
    /// - Parameters:
    ///   - names: The fields to leave out, in lower case.
    ///   - read: Is handed each part, in order.
    public func forEachPart(leavingOut names: [String], _ read: (ArraySlice<UInt8>) -> Void) {
        var start = 0
        for field in fields where names.contains(where: { head.span.spells($0, at: field.name) }) {
            read(head[start..<Int(field.name.start)])
            start = Int(field.value.end)
        }
        read(head[start...])
        read(body[...])
    }
}
