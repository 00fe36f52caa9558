import Foundation
import Glibc
import JSON
import Platform
import Waiting

/// The seed's world: a server, and the demo provider that plays the four integrations and a Vault.
struct SeedWorld {
    static let tenant = "/v1/tenants/acme-corp"
    static let production = tenant + "/configs/invoice-app/production"
    static let sandbox = tenant + "/configs/invoice-app/sandbox"
    static let hub = tenant + "/configs/customer-hub/production"

    let server: BinderyServer
    /// The texts that may be read nowhere.
    let secrets: [String]
    private let provider: RunningProcess
    private let providerURL: String

    /// Starts both; every secret is drawn by lot.
    init() async throws {
        let folder = try TemporaryFolder()
        func secret() -> String { "demo-\(Hex.encode(Random.bytes(count: 12)))" }
        let names = ["prod", "qdrant", "test", "hub", "postmark", "gmail"]
        let texts = Dictionary(uniqueKeysWithValues: names.map { ($0, secret()) })
        func text(_ name: String) -> String { texts[name] ?? "" }
        let vault: JSONValue = [
            "integrations/acme/conn_stripe_acme_prod": ["apiKey": .string(text("prod"))],
            "integrations/acme/conn_qdrant_prod": ["apiKey": .string(text("qdrant"))],
        ]
        // The name tells the played Stripe that it is a key for tests.
        let testKey = text("test") + "-test"
        let token = folder.path("vault-token")
        provider = try RunningProcess(
            [
                "demo-provider", "--listen", "127.0.0.1:0", "--vault-token-file", token,
                "--vault-secrets", try folder.write("vault.json", vault.serializedText),
            ],
            in: folder
        )
        providerURL = try await Self.url(of: provider)
        try folder.write("gmail-support.json", "{\"accessToken\":\"\(text("gmail"))\"}")
        server = BinderyServer(
            in: folder,
            flags: [
                "--outbound-allow", "127.0.0.0/8", "--secrets-file-root", folder.path,
                "--secrets-vault-address", providerURL, "--secrets-vault-token-file", token,
            ],
            variables: [
                "BINDERY_BOOTSTRAP_KEY": BinderyServer.bootstrapKey,
                "BINDERY_SECRET_DEMO_STRIPE_TEST": "{\"apiKey\":\"\(testKey)\"}",
                "BINDERY_SECRET_DEMO_STRIPE_PROD": "{\"apiKey\":\"\(text("hub"))\"}",
                "BINDERY_SECRET_DEMO_POSTMARK": "{\"serverToken\":\"\(text("postmark"))\"}",
            ]
        )
        let kept = FileManager.default.contents(atPath: token) ?? Data()
        let tokenText = String(decoding: kept, as: UTF8.self).filter { !$0.isWhitespace }
        secrets = texts.values + [tokenText, BinderyServer.bootstrapKey]
        guard secrets.allSatisfy({ $0.count >= 20 }) else { throw Missing(what: "a secret") }
        try await server.start()
    }

    private static func url(of provider: RunningProcess) async throws -> String {
        var url: String?
        try await Wait.until("the demo provider is ready") {
            let match = provider.output.firstMatch(of: /http:\/\/127\.0\.0\.1:\d+/)
            url = match.map { String($0.output) }
            return url != nil
        }
        return url ?? ""
    }

    /// Ends the demo provider.
    func endProvider() async throws -> RunningProcess.Ending {
        provider.signal(SIGTERM)
        return try await provider.ending()
    }

    /// A JSON file of the repository, with this demo provider's address in place of the usual one.
    func file(_ name: String) throws -> JSONValue {
        guard let data = FileManager.default.contents(atPath: Repository.path(name)) else {
            throw Missing(what: name)
        }
        let text = String(decoding: data, as: UTF8.self)
            .replacing("http://127.0.0.1:9090", with: providerURL)
        return try JSONValue(parsing: Array(text.utf8))
    }

    /// Registers an integration of the catalogue, which calls the demo provider.
    func register(_ key: String) async throws {
        var spec = try file("config/catalogue/\(key).json")
        let place = ["configSchema", "schema", "properties", "apiBase", "default"]
        let hasBase = place.dropLast().reduce(Optional(spec)) { $0?[$1] } != nil
        if hasBase { spec = spec.setting(.string(providerURL), at: place) }
        try await server.must("PUT", "/v1/specs/integrations/\(key)/versions/1", spec)
    }

    /// An object of the demo's tenant.
    func demoObject(_ name: String) throws -> JSONValue {
        guard let object = try file("config/demo/\(name).json")["object"] else {
            throw Missing(what: "the object of \(name)")
        }
        return object
    }

    /// Posts a config and takes it through preview to publication; its number.
    @discardableResult
    func publish(_ config: JSONValue, on line: String) async throws -> Int64 {
        let made = try await server.must("POST", line + "/versions", config)
        guard let number = made.json["meta"]?["version"]?.integer else {
            throw Missing(what: "a version")
        }
        let summary: JSONValue = ["changeSummary": "as the seed says"]
        try await server.must("POST", "\(line)/versions/\(number)/preview", summary)
        try await server.must("POST", "\(line)/versions/\(number)/publish", summary)
        return number
    }

    /// Calls a capability.
    func execute(
        _ capability: String,
        as workflow: String,
        _ input: JSONValue,
        on line: String = Self.production,
        key: String = BinderyServer.bootstrapKey
    ) async throws -> WireAnswer {
        let body: JSONValue = ["workflow": .string(workflow), "input": input]
        let target = "\(line)/capabilities/\(capability)/execute"
        return try await server.send("POST", target, body, key: key)
    }
}
