import Audit
import Execution
import JSON
import Ledger
import Model
import Policy

@testable import Commands

/// Commands over a ledger and a trail in memory, and the objects that most of them need.
struct CommandBench {
    /// A moment to count from.
    static let now = Timestamp(milliseconds: 1_770_000_000_000)
    static let bootstrapKey = "bootstrap-key-for-tests-0123456789abcdef"

    let services: Services
    /// What outlives the services, as the disk outlives a process.
    let storage: MemoryJournal.Storage

    init(
        storage: MemoryJournal.Storage = MemoryJournal.Storage(),
        auditWriter: AuditWriter? = nil,
        change: (inout Services.Settings) -> Void = { _ in }
    ) async throws {
        var settings = Services.Settings()
        settings.bootstrapKey = Self.bootstrapKey
        change(&settings)
        self.storage = storage
        services = try await TestServices.make(
            settings,
            MemoryJournal(storage: storage),
            auditWriter: auditWriter
        )
    }

    /// The services of a process that starts where this one ends.
    func restarted() async throws -> CommandBench {
        await services.ledger.close()
        return try await CommandBench(storage: storage)
    }

    /// The newest state.
    var state: State { services.ledger.state }

    /// A platform-admin.
    var admin: Caller {
        get throws { try caller(Self.bootstrapKey) }
    }

    /// Whoever has the key.
    func caller(_ key: String, at now: Timestamp = Self.now) throws -> Caller {
        try services.authentication.caller(token: key, address: "192.0.2.1", now: now)
    }

    func context(
        as caller: Caller? = nil,
        isDryRun: Bool = false,
        ifMatch revision: UInt64? = nil,
        at now: Timestamp = Self.now
    ) throws -> CommandContext {
        let tags = revision.map { Precondition.Tags.of(["\($0)"]) }
        return CommandContext(
            services: services,
            caller: try caller ?? admin,
            requestID: "request-1",
            isDryRun: isDryRun,
            precondition: Precondition(ifMatch: tags, ifNoneMatch: nil),
            now: now
        )
    }

    /// The right to a tenant's data.
    func scope(_ tenant: TenantID = Sample.acme) throws -> TenantScope {
        let scope = try admin.authorize(.configsWrite, tenant: tenant, environment: nil)
        guard let scope else { throw Missing(what: "a tenant's scope") }
        return scope
    }

    /// A line of the sample's blueprint.
    func line(_ environment: String = "production") throws -> ConfigScope {
        let name: EnvironmentName = Sample.name(environment)
        return ConfigScope(
            scope: try scope(),
            line: ConfigLineID(blueprint: Sample.blueprint.name, environment: name)
        )
    }

    /// A new key of the tenant, or of the platform; its text.
    func key(_ body: JSONValue, tenant: TenantID? = Sample.acme) async throws -> String {
        let owner: OwnerScope = try tenant.map { .tenant(try scope($0)) } ?? .platform
        let answer = try await CreateKey(owner: owner, body: body).run(try context())
        guard let key = answer.json["key"]?.string else { throw Missing(what: "the key's text") }
        return key
    }
}

/// What a test needs is not there.
struct Missing: Error {
    let what: String
}

/// Runs work that may be refused; why it was, or nil.
func refusal(of work: () async throws -> CommandAnswer) async throws -> CommandError? {
    do {
        _ = try await work()
        return nil
    } catch let error as CommandError {
        return error
    }
}

extension CommandAnswer {
    /// The body as JSON; null without one.
    var json: JSONValue {
        guard case .json(let value) = body else { return .null }
        return value
    }
}
