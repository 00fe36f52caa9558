public import JSON

extension Schema {
    /// Which members an example has.
    public enum ExampleExtent: Sendable, Hashable, CaseIterable {
        /// All that may stand together.
        case full
        /// Those without which it would not be valid.
        case minimal
    }

    /// The most properties that are tried one by one.
    private static let triedCountMax = 200

    /// A value that the schema takes, the same each time: of `examples` where there are, else made of
    /// what the schema asks for; nil when none is found, and `examples` has to give one.
    public func example(_ extent: ExampleExtent) -> JSONValue? {
        let maker = SchemaExample(document: source)
        let given = source["examples"]?.array ?? []
        if extent == .full, let first = given.first(where: isValid) { return first }
        if let made = maker.value(of: source, extent, named: "example") {
            if isValid(made) { return made }
            if made.object != nil, let grown = grown(maker, extent) { return grown }
        }
        return given.filter(isValid).min { size($0) < size($1) }
    }

    private func isValid(_ value: JSONValue) -> Bool { check(value).isEmpty }

    private func size(_ value: JSONValue) -> Int { value.object?.count ?? 0 }

    /// An object that grows member by member as long as it is valid: members that exclude each other
    /// do not both get in.
    private func grown(_ maker: SchemaExample, _ extent: ExampleExtent) -> JSONValue? {
        guard let whole = maker.value(of: source, .full, named: "example")?.object else {
            return nil
        }
        let start = maker.seeds(of: source)
            .lazy
            .map { names in
                JSONObject(whole.filter { names.contains($0.key) }.map { ($0.key, $0.value) })
            }
            .first { isValid(.object($0)) }
        guard var object = start else { return nil }
        guard extent == .full else { return .object(object) }
        for member in whole.prefix(Self.triedCountMax) where !object.contains(member.key) {
            var larger = object
            larger[member.key] = member.value
            if isValid(.object(larger)) { object = larger }
        }
        return .object(object)
    }
}
