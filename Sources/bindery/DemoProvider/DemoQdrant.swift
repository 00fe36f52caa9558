import HTTPWire
import JSON

/// Plays the vectors of Qdrant.
struct DemoQdrant: Sendable {
    /// The most collections.
    static let collectionCountMax = 100
    /// The most points of one answer.
    static let resultCountMax = 1000

    private var collections: [String: DemoCollection] = ["knowledge": Self.knowledge]
    private var operationCount: Int64 = 0

    /// What is there from the start.
    private static let knowledge: DemoCollection = {
        var collection = DemoCollection(size: 4, distance: .cosine)
        let texts = [
            "How to read an invoice", "When a refund arrives", "How to change the billing address",
        ]
        let vectors: [[Double]] = [[1, 0, 0, 0], [0, 1, 0, 0], [0.7, 0, 0.7, 0]]
        collection.write(
            zip(texts, vectors).enumerated()
                .map { index, pair in
                    DemoCollection.Point(
                        id: .integer(Int64(index + 1)),
                        vector: pair.1,
                        payload: ["text": .string(pair.0)]
                    )
                }
        )
        return collection
    }()

    /// Answers a request to `/collections/…`.
    mutating func answer(_ request: DemoRequest) -> DemoAnswer {
        guard request.header("api-key").isDemoCredential else {
            return Self.error(401, "Invalid API key or JWT")
        }
        let steps = Array(request.path.dropFirst())
        guard let name = steps.first else {
            guard request.method == .get else { return .notFound }
            let names = collections.keys.sorted()
                .map { name -> JSONValue in ["name": .string(name)] }
            return Self.result(["collections": .array(names)])
        }
        if request.method == .put, steps.count == 1 { return create(name, request) }
        guard let collection = collections[name] else {
            return Self.error(404, "Not found: Collection `\(name)` doesn't exist!")
        }
        switch (request.method, steps.dropFirst().joined(separator: "/")) {
        case (.get, ""): return Self.describe(collection)
        case (.put, "points"): return write(request, to: name, collection)
        case (.post, "points/query"): return Self.query(request, collection)
        case (.post, "points/count"): return Self.count(request, collection)
        case (.post, "points/delete"): return remove(request, from: name)
        default: return .notFound
        }
    }

    private mutating func create(_ name: String, _ request: DemoRequest) -> DemoAnswer {
        guard collections[name] == nil else {
            return Self.error(409, "Wrong input: Collection `\(name)` already exists!")
        }
        let vectors = request.json?["vectors"]
        guard let size = vectors?["size"]?.integer.flatMap({ Int(exactly: $0) }),
            (1...DemoCollection.sizeMax).contains(size),
            let distance = vectors?["distance"]?.string.flatMap(DemoCollection.Distance.init)
        else { return Self.malformed }
        guard collections.count < Self.collectionCountMax else { return .full }
        collections[name] = DemoCollection(size: size, distance: distance)
        return Self.result(true)
    }

    private mutating func write(
        _ request: DemoRequest,
        to name: String,
        _ collection: DemoCollection
    ) -> DemoAnswer {
        guard let items = request.json?["points"]?.array else { return Self.malformed }
        var points: [DemoCollection.Point] = []
        for item in items {
            guard let id = Self.identifier(item["id"]), let vector = Self.vector(item["vector"])
            else { return Self.malformed }
            guard vector.count == collection.size else { return Self.wrongSize(vector, collection) }
            points.append(.init(id: id, vector: vector, payload: item["payload"] ?? .null))
        }
        guard collection.points.count + points.count <= DemoProvider.objectCountMax else {
            return .full
        }
        collections[name]?.write(points)
        return completed()
    }

    private mutating func remove(_ request: DemoRequest, from name: String) -> DemoAnswer {
        guard let ids = request.json?["points"]?.array else { return Self.malformed }
        collections[name]?.remove(ids)
        return completed()
    }

    private mutating func completed() -> DemoAnswer {
        operationCount += 1
        return Self.result(["operation_id": .integer(operationCount), "status": "completed"])
    }

    // MARK: Reading

    private static func describe(_ collection: DemoCollection) -> DemoAnswer {
        let vectors: JSONValue = [
            "size": .integer(Int64(collection.size)),
            "distance": .string(collection.distance.rawValue),
        ]
        return result([
            "status": "green", "points_count": .integer(Int64(collection.points.count)),
            "config": ["params": ["vectors": vectors]],
        ])
    }

    private static func query(_ request: DemoRequest, _ collection: DemoCollection) -> DemoAnswer {
        guard let json = request.json, let vector = vector(json["query"]) else { return malformed }
        guard json["filter"] == nil, json["using"] == nil else { return unplayed }
        guard vector.count == collection.size else { return wrongSize(vector, collection) }
        let limit = json["limit"]?.integer ?? 10
        let found = collection.nearest(
            to: vector,
            limit: Int(min(max(limit, 1), Int64(resultCountMax))),
            threshold: json["score_threshold"]?.double
        )
        let points = found.map { point, score -> JSONValue in
            var object: JSONObject = ["id": point.id, "version": 0]
            object["score"] = JSONDecimal(score).map { .decimal($0) }
            if json["with_payload"] == true { object["payload"] = point.payload }
            return .object(object)
        }
        return result(["points": .array(points)])
    }

    private static func count(_ request: DemoRequest, _ collection: DemoCollection) -> DemoAnswer {
        guard let json = request.json else { return malformed }
        guard json["filter"] == nil else { return unplayed }
        return result(["count": .integer(Int64(collection.points.count))])
    }

    private static func identifier(_ json: JSONValue?) -> JSONValue? {
        switch json {
        case .integer(let number)? where number >= 0: json
        case .string(let text)? where text.utf8.count == 36: json
        default: nil
        }
    }

    private static func vector(_ json: JSONValue?) -> [Double]? {
        guard let items = json?.array, items.count <= DemoCollection.sizeMax else { return nil }
        let numbers = items.compactMap(\.double)
        return numbers.count == items.count ? numbers : nil
    }

    // MARK: Words

    private static func result(_ result: JSONValue) -> DemoAnswer {
        DemoAnswer(["result": result, "status": "ok", "time": 0])
    }

    private static let malformed = error(400, "Format error in JSON body")
    /// An answer that leaves a filter out would be a lie.
    private static let unplayed = error(
        400,
        "Bad request: the demo provider plays neither filters nor named vectors"
    )

    private static func wrongSize(_ vector: [Double], _ collection: DemoCollection) -> DemoAnswer {
        let sizes = "expected dim: \(collection.size), got \(vector.count)"
        return error(400, "Wrong input: Vector dimension error: \(sizes)")
    }

    private static func error(_ status: Int, _ detail: String) -> DemoAnswer {
        DemoAnswer(status, ["status": ["error": .string(detail)], "time": 0])
    }
}
