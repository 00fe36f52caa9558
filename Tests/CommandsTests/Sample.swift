import Commands
import JSON
import Model

/// A small world: one integration, one blueprint with one slot, and a tenant's objects.
enum Sample {
    static let acme: TenantID = name("acme-corp")
    static let spec = SpecID(key: name("payments.test"), version: .integer(1))
    static let blueprint = BlueprintID(name: name("invoice-app"), version: .integer(1))

    /// A name that is known to be one.
    static func name<Noun>(_ text: String) -> Identifier<Noun> {
        guard let name = Identifier<Noun>(text) else { preconditionFailure("\(text) is a name") }
        return name
    }

    /// The integration, which has no health check: nobody is called.
    static func specBody(title: String = "Test payments") -> JSONValue {
        [
            "meta": [
                "key": "payments.test", "version": 1, "category": "payments",
                "title": .string(title),
            ],
            "supportedModes": ["managed", "byok"],
            "capabilities": [
                "provides": [
                    ["key": "payments.charge", "version": 1, "operation": "payments.test.charge"]
                ]
            ],
            "secretSchema": [
                "schema": [
                    "type": "object", "required": ["apiKey"],
                    "properties": ["apiKey": ["type": "string"]],
                ]
            ],
            "auth": [["type": "bearer", "secretField": "apiKey"]],
            "transport": ["type": "rest", "baseUrl": "https://payments.example"],
            "operations": [
                "payments.test.charge": ["method": "POST", "path": "/charges", "encoding": "json"]
            ],
        ]
    }

    static func blueprintBody(description: String = "Charges the customer") -> JSONValue {
        [
            "meta": ["name": "invoice-app", "version": 1, "appId": "invoice"],
            "integrationSlots": [
                [
                    "slotId": "payments.primary", "requiredCategory": "payments",
                    "allowedModes": ["managed", "byok"],
                    "requiredCapabilities": [["key": "payments.charge", "version": 1]],
                    "required": true, "description": .string(description),
                ]
            ],
            "workflows": ["checkout": ["name": "invoice.checkout", "version": 1]],
        ]
    }

    static func connectionBody(
        _ id: String = "conn_prod",
        environment: String = "production",
        label: String = "Main"
    ) -> JSONValue {
        [
            "meta": [
                "id": .string(id), "integrationKey": "payments.test", "integrationVersion": 1,
                "environment": .string(environment), "label": .string(label),
            ],
            "ownershipMode": "byok", "secretRef": "env://BINDERY_SECRET_A",
        ]
    }

    static func configBody(
        _ connection: String = "conn_prod",
        environment: String = "production",
        notes: String? = nil
    ) -> JSONValue {
        var object: JSONObject = [
            "meta": [
                "blueprintName": "invoice-app", "blueprintVersion": 1,
                "environment": .string(environment),
            ],
            "integrations": [
                [
                    "slotId": "payments.primary", "connectionId": .string(connection),
                    "scope": ["workflows": ["checkout"]], "description": "the main account",
                ]
            ],
        ]
        if let notes { object["notes"] = .string(notes) }
        return .object(object)
    }
}

extension CommandBench {
    /// Registers the integration and the blueprint.
    func putSpecs() async throws {
        let spec = PutIntegrationSpec(id: Sample.spec, body: Sample.specBody())
        _ = try await spec.run(try context())
        let blueprint = PutBlueprint(id: Sample.blueprint, body: Sample.blueprintBody())
        _ = try await blueprint.run(try context())
    }

    /// Makes a connection.
    @discardableResult
    func connect(
        _ id: String = "conn_prod",
        environment: String = "production"
    ) async throws -> CommandAnswer {
        let body = Sample.connectionBody(id, environment: environment)
        return try await CreateConnection(scope: try scope(), body: body).run(try context())
    }

    /// Registers everything, and makes a connection in production and one in the sandbox.
    func putWorld() async throws {
        try await putSpecs()
        try await connect()
        try await connect("conn_test", environment: "sandbox")
    }

    /// Makes a draft; its number.
    func draft(
        _ body: JSONValue = Sample.configBody(),
        in environment: String = "production"
    )
        async throws -> Int
    {
        let command = CreateConfigVersion(target: try line(environment), body: body)
        let answer = try await command.run(try context())
        guard let number = answer.json["meta"]?["version"]?.integer else {
            throw Missing(what: "the draft's number")
        }
        return Int(number)
    }

    @discardableResult
    func preview(
        _ number: Int,
        in environment: String = "production"
    ) async throws
        -> CommandAnswer
    {
        try await PreviewConfig(target: try line(environment), number: number, body: nil)
            .run(try context())
    }

    @discardableResult
    func publish(
        _ number: Int,
        in environment: String = "production"
    ) async throws
        -> CommandAnswer
    {
        try await PublishConfig(target: try line(environment), number: number, body: nil)
            .run(try context())
    }

    @discardableResult
    func archive(
        _ number: Int,
        in environment: String = "production"
    ) async throws
        -> CommandAnswer
    {
        try await ArchiveConfig(target: try line(environment), number: number, body: nil)
            .run(try context())
    }

    /// Makes a version and publishes it; its number.
    func publishedVersion(
        _ body: JSONValue = Sample.configBody(),
        in environment: String = "production"
    ) async throws -> Int {
        let number = try await draft(body, in: environment)
        try await preview(number, in: environment)
        try await publish(number, in: environment)
        return number
    }
}
