import Execution
import JSON
import Model

/// A spec made ready: its calls go to the played provider, all else is as it was written.
struct RehearsalScene: Sendable {
    /// The spec as it was written.
    let written: IntegrationSpec
    /// The spec whose provider is the played one.
    let spec: IntegrationSpec
    /// The config of the example, filled up with the defaults.
    let config: JSONObject
    let connection: Connection
    let secret: RehearsalSecret

    init(_ written: IntegrationSpec, origin: String) throws(RehearsalFinding.Failure) {
        self.written = written
        config = try Self.config(written)
        secret = try RehearsalSecret(written)
        spec = try Self.played(written, config, origin: origin)
        connection = try Self.connection(written)
    }

    private static func config(
        _ spec: IntegrationSpec
    ) throws(RehearsalFinding.Failure) -> JSONObject {
        guard let schema = spec.configSchema else { return [:] }
        let holder = spec.document.object["configSchema"]
        let example = holder?["example"]?.object ?? schema.example(.full)?.object ?? [:]
        let violations = schema.check(.object(example), at: .root)
        guard violations.isEmpty else {
            throw RehearsalFinding.Failure(
                findings: violations.map {
                    let member = "/configSchema/example" + $0.pointer.text
                    return RehearsalFinding(operation: nil, member: member, detail: $0.detail)
                }
            )
        }
        return schema.applyingDefaults(to: example)
    }

    /// The path of the base stays; the host gives way.
    private static func played(
        _ spec: IntegrationSpec,
        _ config: JSONObject,
        origin: String
    ) throws(RehearsalFinding.Failure) -> IntegrationSpec {
        var document = spec.document.object
        guard var transport = document["transport"]?.object,
            var base = transport["baseUrl"]?.string
        else { throw .one(nil, "/transport", "a spec without a transport is not called") }
        if base.hasPrefix("{{"), let end = base.firstRange(of: "}}") {
            let path = base[..<end.lowerBound].dropFirst(2).filter { $0 != " " }
                .split(separator: ".")
            var value = JSONValue.object(config)
            for step in path.dropFirst() { value = value[String(step)] ?? .null }
            base = (value.string ?? "") + base[end.upperBound...]
        }
        let rest = base.firstRange(of: "://").map { base[$0.upperBound...] } ?? ""
        let path = rest.firstIndex(of: "/").map { rest[$0...] } ?? ""
        transport["baseUrl"] = .string(origin + path)
        document["transport"] = .object(transport)
        // Tokens come from an authorization server, which is not played: nothing leaves this machine.
        let methods = document["auth"]?.array ?? []
        document["auth"] = .array(methods.filter { $0["type"] != "oauth2" })
        do throws(InvalidDocument) {
            return try IntegrationSpec(.object(document), id: nil)
        } catch {
            throw .one(nil, "/transport/baseUrl", "cannot be played")
        }
    }

    private static func connection(
        _ spec: IntegrationSpec
    ) throws(RehearsalFinding.Failure) -> Connection {
        let mode = spec.supportedModes.contains(.byok) ? OwnershipMode.byok : .managed
        let document: JSONObject = [
            "meta": [
                "id": "conn_example", "tenantId": "example",
                "integrationKey": .string(spec.id.key.text),
                "integrationVersion": spec.id.version.json, "environment": "sandbox",
            ],
            "ownershipMode": .string(mode.rawValue),
            "secretRef": .string("file://\(spec.id.key.text).json"),
        ]
        do throws(InvalidDocument) {
            return try Connection(.object(document), tenant: nil, id: nil)
        } catch {
            throw .one(nil, "/meta", "no connection can be made of it")
        }
    }

    /// The path of the connection's secret.
    var secretPath: String { "\(spec.id.key.text).json" }
}
