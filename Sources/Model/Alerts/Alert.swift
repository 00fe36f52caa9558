public import JSON

/// Something that happened to a tenant's connection, and that somebody may want to be told.
public struct Alert: Sendable {
    /// What happened.
    public let type: AlertType
    /// Whose connection it is.
    public let tenant: TenantID
    /// The connection; nil for what is about none.
    public let connection: ConnectionID?
    /// The connection's environment; nil for what has none.
    public let environment: EnvironmentName?
    /// What the type tells besides: never a secret, and nothing that a provider wrote.
    public let details: JSONObject

    /// An alert.
    public init(
        _ type: AlertType,
        tenant: TenantID,
        connection: ConnectionID?,
        environment: EnvironmentName?,
        details: JSONObject
    ) {
        self.type = type
        self.tenant = tenant
        self.connection = connection
        self.environment = environment
        self.details = details
    }

    /// An alert about a connection.
    public init(_ type: AlertType, of connection: Connection, details: JSONObject) {
        self.init(
            type,
            tenant: connection.tenant,
            connection: connection.id,
            environment: connection.environment,
            details: details
        )
    }

    /// The bytes that are signed and sent: made once, so that every attempt sends the same.
    public func payload(at time: Timestamp) -> [UInt8] {
        var data: JSONObject = ["tenantId": .string(tenant.text)]
        data["connectionId"] = connection.map { .string($0.text) }
        data["environment"] = environment.map { .string($0.text) }
        for member in details { data[member.key] = member.value }
        let payload: JSONValue = [
            "type": .string(type.rawValue), "timestamp": .string(time.text), "data": .object(data),
        ]
        return payload.serialized()
    }
}
