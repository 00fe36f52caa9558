import JSON
import Testing

/// The seed's further scenarios: many integrations in one app, and sandbox beside production.
@Suite struct SeedScenarioTests {
    /// A capability, a workflow, and the connection that serves it.
    private static let winners: [(String, String, String?)] = [
        ("payments.createPaymentIntent", "checkout", "conn_stripe_prod"),
        ("payments.createPaymentIntent", "subscription-renewal", "conn_stripe_prod"),
        ("payments.createPaymentIntent", "subscription-", "conn_stripe_prod"),
        ("payments.createPaymentIntent", "subscription", nil),
        ("payments.createPaymentIntent", "newsletter", nil),
        ("email.send", "checkout", "conn_postmark_prod"),
        ("email.send", "newsletter", "conn_postmark_prod"),
        ("email.readThreads", "support-ticket-creation", "conn_gmail_support"),
        ("email.readThreads", "checkout", nil),
        ("vector.search", "semantic-search", "conn_qdrant_prod"),
        ("vector.search", "rag-query", "conn_qdrant_prod"),
        ("vector.search", "checkout", nil),
    ]

    @Test func `an app uses many integrations, each for its own workflows`() async throws {
        let world = try await SeedWorld()
        for key in ["payments.stripe", "email.postmark", "email.gmail", "vectordb.qdrant"] {
            try await world.register(key)
        }
        let blueprint = try world.demoObject("11-blueprint-customer-hub")
        try await world.server.must(
            "PUT",
            "/v1/specs/blueprints/customer-hub/versions/1",
            blueprint
        )
        for name in [
            "22-connection-conn_stripe_prod", "23-connection-conn_postmark_prod",
            "24-connection-conn_gmail_support", "25-connection-conn_qdrant_prod",
        ] {
            let path = SeedWorld.tenant + "/connections"
            try await world.server.must("POST", path, try world.demoObject(name))
        }
        let config: JSONValue = ["meta": [:], "integrations": SeedDocuments.manyBindings]
        try await world.publish(config, on: SeedWorld.hub)
        for (capability, workflow, connection) in Self.winners {
            let answer = try await world.server.must(
                "POST",
                SeedWorld.hub + "/explain",
                ["capability": .string(capability), "workflow": .string(workflow)]
            )
            let winner = answer.json["winner"]?["connectionId"]?.string
            #expect(winner == connection, "\(capability) in \(workflow): \(answer)")
        }
        try await callEach(world)
        let refused = try await world.execute(
            "payments.createPaymentIntent",
            as: "newsletter",
            ["amount": 1, "currency": "usd"],
            on: SeedWorld.hub
        )
        #expect(refused.status == 403)
    }

    /// Each of the four providers is really called, with its own secret.
    private func callEach(_ world: SeedWorld) async throws {
        let calls: [(String, String, JSONValue, String)] = [
            (
                "payments.createPaymentIntent", "subscription-renewal",
                ["amount": 700, "currency": "usd"], "conn_stripe_prod"
            ),
            (
                "email.send", "newsletter",
                ["to": "a@acme.com", "subject": "Hello", "textBody": "Hello"], "conn_postmark_prod"
            ),
            ("email.readThreads", "support-ticket-creation", [:], "conn_gmail_support"),
            (
                "vector.search", "rag-query", ["vector": [1, 0, 0, 0], "limit": 1],
                "conn_qdrant_prod"
            ),
        ]
        for (capability, workflow, input, connection) in calls {
            let answer = try await world.execute(capability, as: workflow, input, on: SeedWorld.hub)
            #expect(answer.status == 200, "\(capability): \(answer)")
            #expect(answer.json["connectionId"]?.string == connection)
        }
    }

    @Test func `sandbox and production have connections of their own`() async throws {
        let world = try await SeedWorld()
        try await world.register("payments.stripe")
        try await world.server.must(
            "PUT",
            "/v1/specs/blueprints/invoice-app/versions/1",
            SeedDocuments.blueprint
        )
        let connections = SeedWorld.tenant + "/connections"
        try await world.server.must("POST", connections, SeedDocuments.connection)
        let test = try world.demoObject("21-connection-conn_stripe_acme_test")
        try await world.server.must("POST", connections, test)

        // Outside production a preview is live.
        let draft = try await world.server.must(
            "POST",
            SeedWorld.sandbox + "/versions",
            SeedDocuments.sandboxConfig
        )
        #expect(draft.json["meta"]?["status"] == "draft")
        try await world.server.must("POST", SeedWorld.sandbox + "/versions/1/preview")
        try await world.publish(SeedDocuments.productionConfig, on: SeedWorld.production)
        for (line, connection, isLive) in [
            (SeedWorld.sandbox, "conn_stripe_acme_test", false),
            (SeedWorld.production, "conn_stripe_acme_prod", true),
        ] {
            let answer = try await world.execute(
                "payments.createPaymentIntent",
                as: "checkout",
                ["amount": 700, "currency": "usd"],
                on: line
            )
            #expect(answer.json["connectionId"]?.string == connection, "\(answer)")
            #expect(answer.json["output"]?["livemode"]?.bool == isLive)
        }
        try await promote(world)
    }

    /// What was tried in the sandbox goes to production, with production's connection.
    private func promote(_ world: SeedWorld) async throws {
        let unmapped = try await world.server.send(
            "POST",
            SeedWorld.sandbox + "/promote",
            ["to": "production"]
        )
        #expect(unmapped.status == 422)
        #expect(unmapped.code == "UNMAPPED_CONNECTIONS")
        let promoted = try await world.server.must(
            "POST",
            SeedWorld.sandbox + "/promote",
            ["to": "production", "connections": ["conn_stripe_acme_test": "conn_stripe_acme_prod"]]
        )
        #expect(promoted.json["meta"]?["version"] == 2)
        #expect(
            promoted.json["integrations"]?.array?.first?["connectionId"] == "conn_stripe_acme_prod"
        )
        try await world.server.must("POST", SeedWorld.production + "/versions/2/publish")
        let wrong = SeedDocuments.sandboxConfig.setting("production", at: ["meta", "environment"])
        let mixed = try await world.server.must("POST", SeedWorld.production + "/versions", wrong)
        #expect(mixed.json["meta"]?["version"] == 3)
        let report = try await world.server.must(
            "POST",
            SeedWorld.production + "/versions/3/validate"
        )
        #expect(report.json["valid"] == false)
        #expect(report.text.contains("ENVIRONMENT_MISMATCH"))
    }
}
