import API
import Audit
import Commands
import HTTPServer
import HTTPWire
import JSON
import Ledger
import Model

/// The API in process: requests pass the parser, the middleware and the commands, and no socket.
struct TestAPI {
    static let bootstrapKey = "bootstrap-key-for-tests-0123456789abcdef"

    let handler: APIHandler
    let ledger: Ledger
    private let audit: AuditTrail

    /// A server over a new ledger, or over another server's.
    init(
        over ledger: Ledger? = nil,
        accessLog: AccessLog? = nil,
        recentBounds: RecentEntryBounds = RecentEntryBounds(),
        secretRoot: String? = nil,
        change: (inout Services.Settings) -> Void = { _ in }
    ) async throws {
        var settings = Services.Settings()
        settings.bootstrapKey = Self.bootstrapKey
        change(&settings)
        self.ledger = try ledger ?? Ledger(journal: MemoryJournal(), recentBounds: recentBounds)
        audit = try await AuditTrail.open(AuditTrail.Configuration())
        handler = APIHandler(
            services: try await TestServices.make(
                settings,
                ledger: self.ledger,
                audit: audit,
                secretRoot: secretRoot
            ),
            accessLog: accessLog
        )
    }

    /// Closes the trail: from now on nothing can be written to it.
    func closeAudit() async { await audit.close() }

    /// The records behind this one, of the tenant and of the platform: each its kind and its action.
    func audited(after sequence: Int64) async throws -> (records: [String], last: Int64) {
        var found: [(sequence: Int64, text: String)] = []
        for tenant in [TenantID("acme-corp"), nil] {
            for record in try await audit.list(tenant: tenant, limit: 500).items {
                guard let number = record.json["sequence"]?.integer, number > sequence else {
                    continue
                }
                let kind = record.json["kind"]?.string ?? ""
                found.append((number, "\(kind) \(record.json["action"]?.string ?? "")"))
            }
        }
        found.sort { $0.sequence < $1.sequence }
        return (found.map(\.text), found.last?.sequence ?? sequence)
    }

    /// The records of a kind, of the tenant and of the platform, the oldest first.
    func records(_ kind: AuditKind) async throws -> [AuditRecord] {
        var filter = AuditFilter()
        filter.kind = kind
        var found: [AuditRecord] = []
        for tenant in [TenantID("acme-corp"), nil] {
            found += try await audit.list(tenant: tenant, filter: filter, limit: 500).items
        }
        return found.sorted { $0.sequence < $1.sequence }
    }

    /// Sends a request with these bytes as its body.
    func send(
        _ method: HTTPMethod,
        _ target: String,
        bytes: [UInt8] = [],
        headers: [HTTPField] = [],
        key: String? = Self.bootstrapKey
    ) async throws -> TestAnswer {
        var headers = headers
        if let key { headers.append(HTTPField("Authorization", "Bearer \(key)")) }
        let request = try HTTPRequest(method, target, headers: headers, body: bytes)
        return await answer(request)
    }

    /// Answers a request as it stands.
    func answer(_ request: HTTPRequest) async -> TestAnswer {
        switch handler.handle(request) {
        case .answer(let response): return TestAnswer(response)
        case .suspended(let run): return TestAnswer(await run())
        }
    }

    /// Sends JSON.
    func send(
        _ method: HTTPMethod,
        _ target: String,
        _ body: JSONValue,
        headers: [HTTPField] = [],
        key: String? = Self.bootstrapKey
    ) async throws -> TestAnswer {
        let type = HTTPField("Content-Type", "application/json")
        return try await send(
            method,
            target,
            bytes: body.serialized(),
            headers: [type] + headers,
            key: key
        )
    }

    /// Sends what a test stands on, which must succeed.
    @discardableResult
    func must(
        _ method: HTTPMethod,
        _ target: String,
        _ body: JSONValue = [:]
    ) async throws
        -> TestAnswer
    {
        let answer = try await send(method, target, body)
        guard answer.status < 300 else { throw UnexpectedAnswer(target: target, answer: answer) }
        return answer
    }

    /// A new key, of a tenant or of the platform; its text.
    func key(
        _ role: String,
        tenant: String? = "acme-corp",
        environments: [JSONValue] = ["*"],
        workflows: [JSONValue] = ["*"]
    ) async throws -> String {
        let path = tenant.map { "/v1/tenants/\($0)/keys" } ?? "/v1/keys"
        let answer = try await must(
            .post,
            path,
            [
                "roles": [.string(role)], "environments": .array(environments),
                "workflows": .array(workflows),
            ]
        )
        guard let key = answer.json["key"]?.string else {
            throw UnexpectedAnswer(target: path, answer: answer)
        }
        return key
    }
}

/// An answer that a test can't go on from.
struct UnexpectedAnswer: Error {
    let target: String
    let answer: TestAnswer
}

/// An answer, as a client reads it.
struct TestAnswer: Sendable, CustomStringConvertible {
    let status: Int
    let headers: [HTTPField]
    let body: [UInt8]

    /// The answer as the server writes it: its head is rendered and read again.
    init(_ response: HTTPResponse) {
        var head: [UInt8] = []
        ResponseWriter.appendHead(
            of: response,
            for: ResponseWriter.Context(isHTTP11: true, isHead: false, closes: false),
            date: [],
            to: &head
        )
        status = response.status
        headers = String(decoding: head, as: UTF8.self).split(separator: "\r\n").dropFirst()
            .map { line in
                let parts = line.split(separator: ":", maxSplits: 1)
                return HTTPField(String(parts[0]), String(parts[1].dropFirst()))
            }
        guard case .bytes(let bytes) = response.body else {
            body = []
            return
        }
        body = bytes
    }

    /// The value of the field; nil when absent.
    subscript(name: String) -> String? {
        headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }

    /// The body as JSON; null when it is none.
    var json: JSONValue {
        do {
            return try JSONValue(parsing: body)
        } catch {
            return .null
        }
    }

    /// The problem's code.
    var code: String? { json["code"]?.string }

    var text: String { String(decoding: body, as: UTF8.self) }

    var description: String { "\(status) \(text.prefix(500))" }
}
