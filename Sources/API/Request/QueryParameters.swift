import Commands

/// The parameters of a request's query.
struct QueryParameters: Sendable {
    /// The most parameters of one request.
    static let countMax = 64

    private let values: [String: String]

    /// Reads a query.
    ///
    /// `known` is what the route knows: anything else is a mistake that must not pass, since
    /// `?dryrun=true` would write.
    ///
    /// - Throws: `INVALID_PARAMETER`, `UNKNOWN_PARAMETER`.
    init(
        _ query: String?,
        known: Set<String>,
        ignoringOthers: Bool = false
    ) throws(CommandError) {
        var values: [String: String] = [:]
        let bytes = Array((query ?? "").utf8)
        for pair in bytes.split(separator: UInt8(ascii: "&")).prefix(Self.countMax + 1) {
            let equals = pair.firstIndex(of: UInt8(ascii: "=")) ?? pair.endIndex
            let rest = pair[equals...].dropFirst()
            guard let name = PercentCoding.decode(pair[..<equals], plusIsSpace: true),
                let value = PercentCoding.decode(rest, plusIsSpace: true)
            else {
                throw CommandError(
                    .malformed,
                    "INVALID_PARAMETER",
                    "The query is not well encoded."
                )
            }
            if ignoringOthers, !known.contains(name) { continue }
            guard known.contains(name) else {
                let list = known.sorted().joined(separator: ", ")
                throw CommandError(
                    .malformed,
                    "UNKNOWN_PARAMETER",
                    "There is no parameter of this name here; there are: "
                        + (list.isEmpty ? "none" : list) + "."
                )
            }
            guard values.updateValue(value, forKey: name) == nil else {
                throw .parameter(name, "stands twice")
            }
        }
        guard values.count <= Self.countMax else {
            throw CommandError(.malformed, "INVALID_PARAMETER", "There are too many parameters.")
        }
        self.values = values
    }

    /// Reads a query of a route's request.
    init(_ query: String?, of route: Route) throws(CommandError) {
        try self.init(
            query,
            known: route.knownParameters,
            ignoringOthers: route.ignoresOtherParameters
        )
    }

    /// The value; nil when absent.
    subscript(name: String) -> String? { values[name] }

    /// A truth value, which is `true` or `false` and nothing else.
    ///
    /// - Throws: `INVALID_PARAMETER`: what was meant to be dry must not be done.
    func bool(_ name: String) throws(CommandError) -> Bool {
        switch values[name] {
        case nil, "false": false
        case "true": true
        default: throw .parameter(name, "must be true or false")
        }
    }
}
