import JSON
import Model

// The forms in the log of those values whose API form leaves something out.

extension ConnectionHealth {
    var storedJSON: JSONValue {
        var object = json.object ?? [:]
        object["consecutiveSuccesses"] = .integer(Int64(consecutiveSuccesses))
        object["lastFailureAt"] = lastFailureAt.map { .string($0.text) }
        if !transitions.isEmpty {
            object["transitions"] = .array(transitions.map(\.storedJSON))
        }
        return .object(object)
    }

    init?(storedJSON json: JSONValue) {
        guard let status = json["status"]?.string.flatMap(Status.init(rawValue:)) else {
            return nil
        }
        self.init(status: status)
        checkedAt = json["checkedAt"]?.string.flatMap { Timestamp($0) }
        latencyMilliseconds = json["latencyMs"]?.double
        errorCode = json["errorCode"]?.string
        errorMessage = json["errorMessage"]?.string
        consecutiveFailures = Int(json["consecutiveFailures"]?.integer ?? 0)
        consecutiveSuccesses = Int(json["consecutiveSuccesses"]?.integer ?? 0)
        lastSuccessAt = json["lastSuccessAt"]?.string.flatMap { Timestamp($0) }
        lastFailureAt = json["lastFailureAt"]?.string.flatMap { Timestamp($0) }
        transitions = (json["transitions"]?.array ?? [])
            .compactMap { HealthTransition(storedJSON: $0) }
    }
}

extension HealthTransition {
    /// A list and no object: a health has up to eighty of them.
    fileprivate var storedJSON: JSONValue {
        var list: [JSONValue] = [
            .string(at.text), .string(from.rawValue), .string(to.rawValue),
        ]
        if let errorCode { list.append(.string(errorCode)) }
        return .array(list)
    }

    fileprivate init?(storedJSON json: JSONValue) {
        guard let list = json.array, list.count >= 3,
            let at = list[0].string.flatMap({ Timestamp($0) }),
            let from = list[1].string.flatMap(ConnectionHealth.Status.init(rawValue:)),
            let to = list[2].string.flatMap(ConnectionHealth.Status.init(rawValue:))
        else { return nil }
        self.init(at: at, from: from, to: to, errorCode: list.count > 3 ? list[3].string : nil)
    }
}

extension SecretOverlap {
    var storedJSON: JSONValue {
        var object: JSONObject = [
            "previous": .string(previous.text), "current": .string(current.text),
            "until": .string(until.text),
        ]
        object["previousEnd"] = previousEnd.map { .string($0.text) }
        return .object(object)
    }

    init?(storedJSON json: JSONValue) {
        guard let previous = json["previous"]?.string.flatMap(SecretReference.init(_:)),
            let current = json["current"]?.string.flatMap(SecretReference.init(_:)),
            let until = json["until"]?.string.flatMap({ Timestamp($0) })
        else { return nil }
        var previousEnd: Timestamp?
        if let text = json["previousEnd"] {
            guard let end = text.string.flatMap({ Timestamp($0) }) else { return nil }
            previousEnd = end
        }
        self.init(previous: previous, current: current, until: until, previousEnd: previousEnd)
    }
}

extension ConfigVersion.Origin {
    var storedJSON: JSONValue {
        switch self {
        case .version(let number): ["kind": "version", "version": .integer(Int64(number))]
        case .rollback(let number): ["kind": "rollback", "version": .integer(Int64(number))]
        case .promotion(let environment, let number):
            [
                "kind": "promotion", "version": .integer(Int64(number)),
                "environment": .string(environment.text),
            ]
        case .migration(let number, let blueprintVersion):
            [
                "kind": "migration", "version": .integer(Int64(number)),
                "blueprintVersion": blueprintVersion.json,
            ]
        }
    }

    init?(storedJSON json: JSONValue) {
        guard let number = json["version"]?.integer.map(Int.init) else { return nil }
        switch json["kind"]?.string {
        case "version": self = .version(number)
        case "rollback": self = .rollback(to: number)
        case "promotion":
            guard let name = json["environment"]?.string.flatMap(EnvironmentName.init) else {
                return nil
            }
            self = .promotion(from: name, version: number)
        case "migration":
            guard let version = json["blueprintVersion"].flatMap(ObjectVersion.init) else {
                return nil
            }
            self = .migration(from: number, of: version)
        default: return nil
        }
    }
}

extension IdempotencyRecord {
    var storedJSON: JSONValue {
        var object: JSONObject = [
            "key": .string(key), "bodyDigest": .string(bodyDigest),
            "expiresAt": .string(expiresAt.text), "owner": .string(owner),
        ]
        object["repeatableOn"] = repeatableOn.map { .string($0.text) }
        if let answer {
            let headers = answer.headers.sorted { $0.key < $1.key }
                .map { ($0.key, JSONValue.string($0.value)) }
            object["answer"] = .object([
                "status": .integer(Int64(answer.status)),
                "headers": .object(JSONObject(headers)),
                "body": .string(String(decoding: answer.body, as: UTF8.self)),
            ])
        }
        return .object(object)
    }

    init?(storedJSON json: JSONValue) {
        guard let key = json["key"]?.string, let digest = json["bodyDigest"]?.string,
            let expiresAt = json["expiresAt"]?.string.flatMap({ Timestamp($0) })
        else { return nil }
        var answer: Answer?
        if let stored = json["answer"] {
            guard let status = stored["status"]?.integer, let body = stored["body"]?.string else {
                return nil
            }
            let headers = (stored["headers"]?.object ?? [:])
                .compactMap { member in member.value.string.map { (member.key, $0) } }
            answer = Answer(
                status: Int(status),
                headers: Dictionary(headers) { first, _ in first },
                body: Array(body.utf8)
            )
        }
        self.init(
            key: key,
            bodyDigest: digest,
            expiresAt: expiresAt,
            owner: json["owner"]?.string ?? "",
            answer: answer,
            repeatableOn: json["repeatableOn"]?.string.flatMap(ConnectionID.init)
        )
    }
}
