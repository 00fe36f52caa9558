extension JSONValue {
    /// This value after a merge patch (RFC 7396): members of an object replace those of the same
    /// name, `null` removes one, and everything that is not an object replaces what was there.
    ///
    /// A member that stays keeps its place; a new one comes last.
    public func merging(patch: JSONValue) -> JSONValue {
        guard case .object(let changes) = patch else { return patch }
        var result = object ?? JSONObject()
        for change in changes {
            if change.value.isNull {
                result[change.key] = nil
            } else {
                let before = result[change.key] ?? .null
                result[change.key] = before.merging(patch: change.value)
            }
        }
        return .object(result)
    }
}
