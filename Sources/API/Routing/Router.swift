import HTTPWire

/// Finds the route of a request: a tree of segments, literals before parameters.
struct Router: Sendable {
    /// What a path and method lead to.
    enum Match: Sendable {
        case route(Int, [String])
        /// The path is there, the method is not; these are. Anybody may know it of a path that
        /// anybody may call.
        case methodNotAllowed([HTTPMethod], isAnonymous: Bool)
        case notFound
    }

    private final class Node: Sendable {
        let literals: [String: Node]
        let parameter: Node?
        let routes: [HTTPMethod: Int]
        let isAnonymous: Bool

        init(_ rows: [(index: Int, route: Route)], depth: Int) {
            var routes: [HTTPMethod: Int] = [:]
            var literals: [String: [(index: Int, route: Route)]] = [:]
            var parameters: [(index: Int, route: Route)] = []
            for row in rows {
                let segments = row.route.path.segments
                guard depth < segments.count else {
                    precondition(routes[row.route.method] == nil, "a route stands once")
                    routes[row.route.method] = row.index
                    continue
                }
                switch segments[depth] {
                case .literal(let text): literals[text, default: []].append(row)
                case .parameter: parameters.append(row)
                }
            }
            self.routes = routes
            self.isAnonymous = rows.allSatisfy { row in
                row.route.path.segments.count > depth || row.route.isAnonymous
            }
            self.literals = literals.mapValues { Node($0, depth: depth + 1) }
            self.parameter = parameters.isEmpty ? nil : Node(parameters, depth: depth + 1)
        }
    }

    /// The most segments of a path.
    static let segmentCountMax = 32

    private let root: Node

    init(_ routes: [Route]) {
        root = Node(routes.enumerated().map { (index: $0.offset, route: $0.element) }, depth: 0)
    }

    /// Finds the route; segments are percent-decoded after the path is cut, so that an encoded slash
    /// is no separator.
    ///
    /// One slash at the end is forgiven nowhere: every resource has one name.
    func match(_ method: HTTPMethod, path: ArraySlice<UInt8>) -> Match {
        guard let segments = Self.segments(path) else { return .notFound }
        var values: [String] = []
        guard let node = find(root, segments[...], &values) else { return .notFound }
        let wanted = method == .head && node.routes[.head] == nil ? .get : method
        if let index = node.routes[wanted] { return .route(index, values) }
        return .methodNotAllowed(
            Self.allowed(node.routes.keys),
            isAnonymous: node.isAnonymous
        )
    }

    /// The decoded segments; nil when there are too many, or one is not well encoded.
    private static func segments(_ path: ArraySlice<UInt8>) -> [String]? {
        let slash = UInt8(ascii: "/")
        guard path.first ?? slash == slash else { return nil }
        var segments: [String] = []
        segments.reserveCapacity(10)
        var rest = path.dropFirst()
        while !rest.isEmpty || (!segments.isEmpty && path.last == slash) {
            let end = rest.firstIndex(of: slash) ?? rest.endIndex
            guard segments.count < segmentCountMax,
                let segment = PercentCoding.decode(rest[..<end], plusIsSpace: false)
            else { return nil }
            segments.append(segment)
            guard end < rest.endIndex else { break }
            rest = rest[(end + 1)...]
        }
        return segments
    }

    private func find(
        _ node: Node,
        _ segments: ArraySlice<String>,
        _ values: inout [String]
    ) -> Node? {
        guard let first = segments.first else { return node.routes.isEmpty ? nil : node }
        if let next = node.literals[first], let found = find(next, segments.dropFirst(), &values) {
            return found
        }
        guard let next = node.parameter, !first.isEmpty else { return nil }
        values.append(first)
        if let found = find(next, segments.dropFirst(), &values) { return found }
        values.removeLast()
        return nil
    }

    private static func allowed(_ methods: some Sequence<HTTPMethod>) -> [HTTPMethod] {
        var allowed = Set(methods)
        if allowed.contains(.get) { allowed.insert(.head) }
        allowed.insert(.options)
        return HTTPMethod.allCases.filter(allowed.contains)
    }
}
