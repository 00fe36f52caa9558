public import JSON

extension Stored<ChangeRequest> {
    /// The request as the API writes it, but for what depends on the rest of the state.
    public var json: JSONObject {
        var object = summary
        object["history"] = .array(value.history.map(\.json))
        object["gates"] = value.gates
        return object
    }

    /// The same without history and gates, which may reach 100 KB: for lists, events and audit records.
    public var summary: JSONObject {
        var object = value.summary
        object["createdAt"] = .string(createdAt.text)
        object["updatedAt"] = .string(updatedAt.text)
        object["revision"] = .integer(Int64(revision))
        return object
    }
}

extension ChangeRequest {
    fileprivate var summary: JSONObject {
        [
            "id": .string(id.text), "tenantId": .string(tenant.text),
            "blueprint": .string(line.blueprint.text),
            "environment": .string(line.environment.text), "version": .integer(Int64(version)),
            "title": .string(title), "description": description.map { .string($0) } ?? .null,
            "status": .string(status.rawValue), "author": author.json,
            "submittedBy": submitter?.json ?? .null,
            "publishAt": publishAt.map { .string($0.text) } ?? .null,
            "contentDigest": subject.map { .string("sha256:\($0.digest)") } ?? .null,
            "baseVersion": subject?.base.map { .integer(Int64($0)) } ?? .null,
            "publishedVersion": publishedVersion.map { .integer(Int64($0)) } ?? .null,
            "approvals": .array(
                approvals.map { approval in
                    [
                        "actor": approval.party.json, "at": .string(approval.at.text),
                        "comment": approval.comment.map { .string($0) } ?? .null,
                    ]
                }
            ),
            "historyCount": .integer(Int64(history.count)),
            "lastStep": history.last?.json ?? .null, "lastFailure": failure?.json ?? .null,
        ]
    }

    /// The form in the log: what the API shows, with the principals.
    public var storedJSON: JSONValue {
        var object = summary
        for member in ["historyCount", "lastStep"] { object[member] = nil }
        object["author"] = author.storedJSON
        object["submittedBy"] = submitter?.storedJSON ?? .null
        object["approvals"] = .array(
            approvals.map { approval in
                var item: JSONObject = [
                    "actor": approval.party.storedJSON, "at": .string(approval.at.text),
                ]
                item["comment"] = approval.comment.map { .string($0) }
                return .object(item)
            }
        )
        object["history"] = .array(history.map(\.storedJSON))
        object["gates"] = gates
        return .object(object)
    }

    /// Reads what `storedJSON` wrote; nil when it is something else.
    public init?(storedJSON json: JSONValue) {
        guard let id = json["id"]?.string.flatMap(ChangeRequestID.init),
            let tenant = json["tenantId"]?.string.flatMap(TenantID.init),
            let blueprint = json["blueprint"]?.string.flatMap(BlueprintName.init),
            let environment = json["environment"]?.string.flatMap(EnvironmentName.init),
            let version = json["version"]?.integer, let title = json["title"]?.string,
            let status = json["status"]?.string.flatMap(Status.init(rawValue:)),
            let author = Party(storedJSON: json["author"])
        else { return nil }
        self.init(
            id: id,
            tenant: tenant,
            line: ConfigLineID(blueprint: blueprint, environment: environment),
            version: Int(version),
            title: title,
            description: json["description"]?.string,
            publishAt: json["publishAt"]?.string.flatMap { Timestamp($0) },
            author: author
        )
        self.status = status
        if let digest = json["contentDigest"]?.string {
            subject = Subject(
                digest: String(digest.dropFirst("sha256:".count)),
                base: json["baseVersion"]?.integer.map { Int($0) }
            )
        }
        submitter = Party(storedJSON: json["submittedBy"])
        publishedVersion = json["publishedVersion"]?.integer.map { Int($0) }
        approvals = (json["approvals"]?.array ?? []).compactMap(Approval.init(storedJSON:))
        history = (json["history"]?.array ?? []).compactMap(Transition.init(storedJSON:))
        failure = json["lastFailure"].flatMap(Failure.init(storedJSON:))
        gates = json["gates"]
    }
}

extension ChangeRequest.Party {
    fileprivate var json: JSONValue { ["type": .string(type), "id": .string(id)] }

    fileprivate var storedJSON: JSONValue {
        ["type": .string(type), "id": .string(id), "principal": .string(principal)]
    }

    fileprivate init?(storedJSON json: JSONValue?) {
        guard let type = json?["type"]?.string, let id = json?["id"]?.string else { return nil }
        self.init(type: type, id: id, principal: json?["principal"]?.string ?? id)
    }
}

extension ChangeRequest.Approval {
    fileprivate init?(storedJSON json: JSONValue) {
        guard let party = ChangeRequest.Party(storedJSON: json["actor"]),
            let at = json["at"]?.string.flatMap({ Timestamp($0) })
        else { return nil }
        self.init(party: party, at: at, comment: json["comment"]?.string)
    }
}

extension ChangeRequest.Transition {
    fileprivate var json: JSONValue { json(party.json) }

    fileprivate var storedJSON: JSONValue { json(party.storedJSON) }

    private func json(_ party: JSONValue) -> JSONValue {
        [
            "step": step.map { .string($0.rawValue) } ?? .null,
            "from": from.map { .string($0.rawValue) } ?? .null, "to": .string(to.rawValue),
            "actor": party, "at": .string(at.text),
            "comment": comment.map { .string($0) } ?? .null,
        ]
    }

    fileprivate init?(storedJSON json: JSONValue) {
        guard let to = json["to"]?.string.flatMap(ChangeRequest.Status.init(rawValue:)),
            let party = ChangeRequest.Party(storedJSON: json["actor"]),
            let at = json["at"]?.string.flatMap({ Timestamp($0) })
        else { return nil }
        self.init(
            step: json["step"]?.string.flatMap(ChangeRequest.Step.init(rawValue:)),
            from: json["from"]?.string.flatMap(ChangeRequest.Status.init(rawValue:)),
            to: to,
            party: party,
            at: at,
            comment: json["comment"]?.string
        )
    }
}

extension ChangeRequest.Failure {
    fileprivate var json: JSONValue {
        ["code": .string(code), "detail": .string(detail), "at": .string(at.text)]
    }

    fileprivate init?(storedJSON json: JSONValue) {
        guard let code = json["code"]?.string, let detail = json["detail"]?.string,
            let at = json["at"]?.string.flatMap({ Timestamp($0) })
        else { return nil }
        self.init(code: code, detail: detail, at: at)
    }
}
