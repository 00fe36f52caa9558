import JSON

/// A collection of vectors, with a search that is really computed.
struct DemoCollection: Sendable {
    /// How near two vectors are.
    enum Distance: String, Sendable {
        case cosine = "Cosine"
        case dot = "Dot"
        case euclid = "Euclid"
        case manhattan = "Manhattan"

        /// Whether a larger score is nearer.
        var isSimilarity: Bool { self == .cosine || self == .dot }
    }

    /// A point: its id, an integer or a text, its vector and what is kept with it.
    struct Point: Sendable {
        let id: JSONValue
        let vector: [Double]
        let payload: JSONValue
    }

    /// The most numbers of a vector.
    static let sizeMax = 65_536

    /// The numbers of each vector.
    let size: Int
    /// How near two vectors are.
    let distance: Distance
    /// The points by id.
    private(set) var points: [JSONValue: Point] = [:]

    /// An empty collection.
    init(size: Int, distance: Distance) {
        self.size = size
        self.distance = distance
    }

    /// Writes points; one of the same id is replaced.
    mutating func write(_ new: [Point]) {
        for point in new { points[point.id] = point }
    }

    /// Removes the points of these ids.
    mutating func remove(_ ids: [JSONValue]) {
        for id in ids { points[id] = nil }
    }

    /// The points nearest to `vector`, the nearest first; of equally near ones by their ids.
    func nearest(
        to vector: [Double],
        limit: Int,
        threshold: Double?
    ) -> [(point: Point, score: Double)] {
        let sign: Double = distance.isSimilarity ? -1 : 1
        let scored = points.values.map { (point: $0, score: score(vector, $0.vector)) }
            .filter { entry in threshold.map { sign * entry.score <= sign * $0 } ?? true }
        let sorted = scored.sorted { left, right in
            left.score == right.score
                ? left.point.id.serializedText < right.point.id.serializedText
                : sign * left.score < sign * right.score
        }
        return Array(sorted.prefix(limit))
    }

    private func score(_ a: [Double], _ b: [Double]) -> Double {
        let pairs = zip(a, b)
        switch distance {
        case .dot: return pairs.reduce(0) { $0 + $1.0 * $1.1 }
        case .euclid:
            return pairs.reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
        case .manhattan: return pairs.reduce(0) { $0 + abs($1.0 - $1.1) }
        case .cosine:
            let lengths = (a.reduce(0) { $0 + $1 * $1 } * b.reduce(0) { $0 + $1 * $1 }).squareRoot()
            return lengths == 0 ? 0 : pairs.reduce(0) { $0 + $1.0 * $1.1 } / lengths
        }
    }
}
