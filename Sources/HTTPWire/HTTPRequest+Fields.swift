extension HTTPRequest {
    /// Every field, in the order in which it came, with its name as it was written: for who keeps
    /// or shows a request as a whole.
    public var allFields: [HTTPField] {
        fields.map { field in
            HTTPField(
                String(decoding: head[field.name.indices], as: UTF8.self),
                String(decoding: head[field.value.indices], as: UTF8.self)
            )
        }
    }
}
