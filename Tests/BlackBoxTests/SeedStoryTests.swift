import Glibc
import JSON
import Testing
import Waiting

/// The seed's story, told over a socket, from the empty store to what is left after a restart.
@Suite struct SeedStoryTests {
    private static let payment: JSONValue = ["amount": 5000, "currency": "usd"]

    @Test func `the seed's example works as it is written there`() async throws {
        let world = try await SeedWorld()
        try await tellSteps1And2(world)
        try await tellStep3(world)
        try await tellStep4(world)
        try await tellWhatIsRefused(world)
        let key = try await tellKeys(world)
        try await expectTheSameAfterRestart(world)
        try expectSecretsNowhere(world, besides: key)
        #expect(try await world.endProvider() == .exit(0))
    }

    /// The blueprint declares the requirement, the tenant creates a connection.
    private func tellSteps1And2(_ world: SeedWorld) async throws {
        try await world.register("payments.stripe")
        let server = world.server
        let blueprint = try await server.must(
            "PUT",
            "/v1/specs/blueprints/invoice-app/versions/1",
            SeedDocuments.blueprint
        )
        #expect(blueprint.status == 201)
        #expect(blueprint.json.holds(SeedDocuments.blueprint))

        let path = SeedWorld.tenant + "/connections"
        let made = try await server.must("POST", path, SeedDocuments.connection)
        #expect(made.status == 201)
        #expect(made["location"] == path + "/conn_stripe_acme_prod")
        // The times are the server's own, whatever a body says.
        let meta = made.json["meta"]
        #expect(meta?["createdAt"] != "2025-01-15T09:00:00Z")
        let expected = SeedDocuments.connection
            .setting(meta?["createdAt"] ?? .null, at: ["meta", "createdAt"])
            .setting(meta?["updatedAt"] ?? .null, at: ["meta", "updatedAt"])
        #expect(made.json.holds(expected))
        #expect(made.json["health"]?["status"] == "unknown")

        let checked = try await server.must("POST", path + "/conn_stripe_acme_prod/test")
        #expect(checked.json["health"]?["status"] == "healthy", "\(checked)")
        #expect(checked["etag"] == made["etag"])
    }

    /// The config binds the connection, and goes live after a look.
    private func tellStep3(_ world: SeedWorld) async throws {
        let server = world.server
        let versions = SeedWorld.production + "/versions"
        let draft = try await server.must("POST", versions, SeedDocuments.config)
        #expect(draft.status == 201)
        #expect(draft.json["meta"]?["status"] == "draft")
        #expect(draft.json["meta"]?["version"] == 1)
        for member in ["integrations", "branding"] {
            #expect(draft.json[member] == SeedDocuments.config[member])
        }
        let report = try await server.must("POST", versions + "/1/validate")
        #expect(report.json["valid"] == true, "\(report)")
        let warnings = (report.json["warnings"]?.array ?? []).compactMap { $0["code"]?.string }
        #expect(warnings.contains("UNKNOWN_WORKFLOW"))
        #expect(warnings.contains("NOT_TESTED_IN_SANDBOX"))
        let early = try await server.send("POST", versions + "/1/publish", [:])
        #expect(early.status == 409)
        #expect(early.code == "PREVIEW_REQUIRED")
        let preview = try await server.must(
            "POST",
            versions + "/1/preview",
            ["changeSummary": "look"]
        )
        #expect(preview.json["meta"]?["status"] == "preview")
        let none = try await server.send("GET", SeedWorld.production + "/resolved")
        #expect(none.code == "CONFIG_NOT_LIVE")
        let live = try await server.must("POST", versions + "/1/publish", ["changeSummary": "go"])
        #expect(live.json["meta"]?["status"] == "published")
        let late = try await server.send("PATCH", versions + "/1", ["notes": "too late"])
        #expect(late.code == "VERSION_IMMUTABLE")
    }

    /// A workflow resolves and executes.
    private func tellStep4(_ world: SeedWorld) async throws {
        let resolved = try await world.server.must(
            "GET",
            SeedWorld.production + "/resolved?workflow=checkout"
        )
        #expect(
            resolved.json.holds([
                "tenantId": "acme-corp", "appId": "invoice", "environment": "production",
                "blueprint": ["name": "invoice-app", "version": 1], "configVersion": 1,
                "missing": [],
            ])
        )
        #expect(
            resolved.json["integrations"]?.object?.keys.sorted() == [
                "payments.createPaymentIntent", "payments.createRefund",
            ]
        )
        let entry = resolved.json["integrations"]?["payments.createPaymentIntent"]
        #expect(entry?["provider"]?["meta"]?["key"] == "payments.stripe")
        #expect(entry?["connection"]?["meta"]?["id"] == "conn_stripe_acme_prod")
        #expect(entry?["config"]?["accountId"] == "acct_123")
        #expect(entry?["config"]?["apiVersion"] == "2024-06-20")
        #expect(entry?["scope"] == SeedDocuments.config["integrations"]?.array?.first?["scope"])

        let result = try await world.execute(
            "payments.createPaymentIntent",
            as: "checkout",
            Self.payment
        )
        #expect(result.status == 200, "\(result)")
        #expect(result.json["connectionId"] == "conn_stripe_acme_prod")
        #expect(result.json["operation"] == "payments.stripe.createPaymentIntent")
        #expect(
            result.json["output"]?
                .holds(["object": "payment_intent", "amount": 5000, "currency": "usd"]) == true
        )
        #expect(result.json["provider"]?["status"] == 200)

        let id = try #require(result.json["auditId"]?.string)
        let record = try await world.server.must("GET", SeedWorld.tenant + "/audit/\(id)")
        #expect(
            record.json.holds([
                "kind": "call", "outcome": "success", "workflow": "checkout",
                "capability": "payments.createPaymentIntent", "slotId": "payments.primary",
                "connectionId": "conn_stripe_acme_prod", "environment": "production",
            ]),
            "\(record)"
        )
        #expect(record.text.contains("5000"))
    }

    /// A workflow out of scope, an input that does not fit, and what the provider declines.
    private func tellWhatIsRefused(_ world: SeedWorld) async throws {
        let capability = "payments.createPaymentIntent"
        let newsletter = try await world.execute(capability, as: "newsletter", Self.payment)
        #expect(newsletter.status == 403)
        #expect(newsletter.code == "NOT_PERMITTED")
        #expect(newsletter.text.contains("WORKFLOW_NOT_IN_SCOPE"))
        let why = try await world.server.must(
            "POST",
            SeedWorld.production + "/explain",
            ["capability": .string(capability), "workflow": "newsletter"]
        )
        #expect(why.json["allowed"] == false)
        #expect(why.json["winner"] == .null)
        #expect(why.json["candidates"]?.array?.first?["reasons"] == ["WORKFLOW_NOT_IN_SCOPE"])

        let wrong: JSONValue = ["amount": "a lot", "currency": "usd"]
        let invalid = try await world.execute(capability, as: "checkout", wrong)
        #expect(invalid.status == 422)
        #expect(invalid.code == "INVALID_INPUT")
        let declined = try await world.execute(
            capability,
            as: "checkout",
            ["amount": 40200, "currency": "usd"]
        )
        #expect(declined.status == 502)
        #expect(declined.code == "PROVIDER_ERROR")
        #expect(declined.json["provider"]?["status"] == 402)
        let unknown = try await world.execute("payments.mint", as: "checkout", [:])
        #expect(unknown.status == 404)
        #expect(unknown.code == "CAPABILITY_NOT_BOUND")
    }

    /// A workflow engine's key runs its own workflows and nothing else; the key.
    private func tellKeys(_ world: SeedWorld) async throws -> String {
        let made = try await world.server.must(
            "POST",
            SeedWorld.tenant + "/keys",
            [
                "name": "billing engine", "roles": ["runtime"], "environments": ["production"],
                "workflows": ["checkout"],
            ]
        )
        let key = try #require(made.json["key"]?.string)
        let capability = "payments.createPaymentIntent"
        let own = try await world.execute(capability, as: "checkout", Self.payment, key: key)
        #expect(own.status == 200, "\(own)")
        let other = try await world.execute(
            capability,
            as: "refund-process",
            Self.payment,
            key: key
        )
        #expect(other.status == 403)
        #expect(other.code == "WORKFLOW_NOT_IN_CREDENTIAL_SCOPE")
        let trail = try await world.server.must("GET", SeedWorld.tenant + "/audit?outcome=denied")
        let reasons = (trail.json["items"]?.array ?? []).map { $0["decision"]?["reasons"] }
        #expect(reasons == [["WORKFLOW_NOT_IN_CREDENTIAL_SCOPE"], ["WORKFLOW_NOT_IN_SCOPE"]])
        let list = try await world.server.send("GET", SeedWorld.tenant + "/connections", key: key)
        #expect(list.status == 403)
        return key
    }

    /// Everything that the API shows is there again after SIGTERM, and after `kill -9`.
    private func expectTheSameAfterRestart(_ world: SeedWorld) async throws {
        let targets = [
            "/v1/specs/integrations", "/v1/specs/blueprints", "/v1/tenants", "/v1/policies",
            SeedWorld.tenant + "/connections",
            SeedWorld.tenant + "/connections/conn_stripe_acme_prod/health",
            SeedWorld.tenant + "/configs", SeedWorld.production + "/versions",
            SeedWorld.production + "/history", SeedWorld.production + "/resolved?workflow=checkout",
            SeedWorld.tenant + "/audit?limit=500", "/v1/audit/verify",
        ]
        func everything() async throws -> [JSONValue] {
            var answers: [JSONValue] = []
            for target in targets {
                var answer = try await world.server.must("GET", target).json.object ?? [:]
                // The newest checks are what one process remembers.
                answer["history"] = nil
                answers.append(.object(answer))
            }
            return answers
        }
        let before = try await everything()
        #expect(before.last?["valid"] == true)
        #expect(try await world.server.restart() == .exit(0))
        #expect(try await everything() == before)
        try await world.server.end(SIGKILL)
        try await world.server.start()
        #expect(try await everything() == before)
        let again = try await world.execute(
            "payments.createPaymentIntent",
            as: "checkout",
            Self.payment
        )
        #expect(again.status == 200, "\(again)")
    }

    /// No secret is in the data folder, a log, or an answer; an API key only where it was made.
    private func expectSecretsNowhere(_ world: SeedWorld, besides key: String) throws {
        let answers = world.server.answers.filter { $0.json["key"]?.string != key }
        #expect(answers.count == world.server.answers.count - 1)
        let files = world.server.folder.files().filter { $0.hasPrefix(world.server.dataFolder) }
        #expect(files.count > 2)
        for secret in world.secrets + [key] {
            for answer in answers {
                #expect(!answer.text.contains(secret) && !answer.head.contains(secret))
            }
            #expect(!world.server.log.contains(secret))
            for path in files { #expect(try !holds(path, Array(secret.utf8)), "\(path)") }
        }
    }
}
