import JSON
import Ledger
import Model

/// The lines of an export, in their order: by kind, then by tenant, then by name.
///
/// Made part by part while they are written, so that an export takes the memory of one tenant's
/// objects. A line is the stored document, which has no server-owned member, in an envelope: equal
/// objects give equal bytes.
struct ExportLines: Sendable {
    let state: State
    /// The tenant; nil for all, and for what is global.
    let tenant: TenantID?
    /// Whose environments are shown.
    let credential: Credential
    let environments: [Environment]

    /// Some of the lines.
    enum Part: Sendable {
        case specs
        case blueprints
        case connections(TenantID)
        case configs(TenantID)
        case entities(TenantID)
        case platformPolicies
        case policies(TenantID)

        /// Makes them.
        func lines(_ export: ExportLines) -> [[UInt8]] {
            switch self {
            case .specs: export.specs
            case .blueprints: export.blueprints
            case .connections(let id): export.connections(export.state.tenant(id))
            case .configs(let id): export.configs(export.state.tenant(id))
            case .entities(let id): export.entities(export.state.tenant(id))
            case .platformPolicies: export.policies(export.state.catalog.policies, nil)
            case .policies(let id): export.policies(export.state.tenant(id).policies, id)
            }
        }
    }

    /// The parts, in order.
    var parts: [Part] {
        let tenants = tenant.map { [$0] } ?? state.tenants.keys.sorted()
        let own = [
            tenants.map { Part.connections($0) }, tenants.map { .configs($0) },
            tenants.map { .entities($0) }, tenants.map { .policies($0) },
        ]
        guard tenant == nil else { return own.flatMap { $0 } }
        return [.specs, .blueprints] + own[0] + own[1] + own[2] + [.platformPolicies] + own[3]
    }

    private var specs: [[UInt8]] {
        state.catalog.specs.sorted { $0.key < $1.key }
            .map { Self.line("IntegrationSpec", nil, $0.value.value.document.bytes) }
    }

    private var blueprints: [[UInt8]] {
        state.catalog.blueprints.sorted { $0.key < $1.key }
            .map { Self.line("AppBlueprintSpec", nil, $0.value.value.document.bytes) }
    }

    private func connections(_ tenant: TenantState) -> [[UInt8]] {
        tenant.connections.values.map(\.value)
            .filter { credential.mayAct(in: $0.environment) }
            .sorted { $0.id < $1.id }
            .map { Self.line("IntegrationConnection", tenant.id, $0.document.bytes) }
    }

    /// The live version of each line; its status is the one that `apply` should bring about.
    private func configs(_ tenant: TenantState) -> [[UInt8]] {
        tenant.lines.sorted { $0.key < $1.key }
            .filter { credential.mayAct(in: $0.key.environment) }
            .compactMap { id, line -> [UInt8]? in
                let tier = environments.first { $0.name == id.environment }?.tier
                guard let live = line.live(in: tier ?? .production) else { return nil }
                var object = live.value.config.document.object
                var meta = object["meta"]?.object ?? [:]
                meta["status"] = .string(live.value.status.rawValue)
                object["meta"] = .object(meta)
                return Self.line(
                    "TenantAppConfig",
                    tenant.id,
                    JSONValue.object(object).serialized()
                )
            }
    }

    private func entities(_ tenant: TenantState) -> [[UInt8]] {
        tenant.entities.sorted { $0.key < $1.key }
            .map { Self.line("Entity", tenant.id, $0.value.value.document.bytes) }
    }

    private func policies(
        _ rules: [PolicyID: Stored<PolicyRule>],
        _ tenant: TenantID?
    ) -> [[UInt8]] {
        rules.sorted { $0.key < $1.key }
            .map { Self.line("PolicyRule", tenant, $0.value.value.document.bytes) }
    }

    private static func line(_ kind: String, _ tenant: TenantID?, _ object: [UInt8]) -> [UInt8] {
        var head: JSONObject = ["kind": .string(kind)]
        head["tenantId"] = tenant.map { .string($0.text) }
        var line = JSONValue.object(head).serialized()
        line.removeLast()
        JSONWriter.append(",\"object\":", to: &line)
        line += object
        line.append(0x7D)
        return line
    }
}
