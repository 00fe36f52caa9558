import JSON
import Model
import Testing

/// What a spec may say of how webhooks are signed.
@Suite struct WebhookSigningTests {
    private func read(
        _ members: JSONObject,
        more: [JSONValue] = []
    ) -> (signing: WebhookSigning?, issues: [Model.Issue]) {
        var member: JSONObject = ["type": "webhook-signing", "secretField": "signingKey"]
        for given in members {
            member[given.key] = given.value.isNull ? JSONValue?.none : given.value
        }
        let issues = IssueList()
        let spec = IntegrationSpec(
            reading: [
                "meta": ["key": "payments.x", "version": 1, "category": "payments"],
                "capabilities": ["provides": []],
                "secretSchema": [
                    "schema": [
                        "type": "object",
                        "properties": ["signingKey": [:], "oldKey": [:], "apiKey": [:]],
                    ]
                ],
                "auth": .array([.object(member)] + more),
            ],
            id: nil,
            issues: issues
        )
        return (spec.webhookSigning, issues.issues)
    }

    @Test(arguments: WebhookSigning.Scheme.allCases)
    func `a scheme needs its name, its key, and a header where it has none of its own`(
        _ scheme: WebhookSigning.Scheme
    ) throws {
        let name: JSONValue = .string(scheme.rawValue)
        let bare = read(["scheme": name])
        #expect(bare.issues.map(\.pointer) == (scheme.isGeneric ? ["/auth/0/signatureHeader"] : []))
        let named = read(["scheme": name, "signatureHeader": "X-Sig", "toleranceSeconds": 60])
        #expect(named.issues.isEmpty)
        let signing = try #require(named.signing)
        #expect(signing.signatureHeader == "x-sig" && signing.toleranceSeconds == 60)
        #expect(signing.secretFields == ["signingKey"])
    }

    @Test func `what is wrong is named, with the rule`() {
        let wrong: [(JSONObject, String, String)] = [
            (["scheme": "hmac-md5"], "/auth/0/scheme", "must be one of hmac-sha256, hmac-sha1, "),
            (["scheme": nil], "/auth/0/scheme", "must be one of"),
            (["scheme": 7], "/auth/0/scheme", "must be one of"),
            (["scheme": "github", "secretField": nil], "/auth/0/secretField", "is required"),
            (
                ["scheme": "github", "secretField": "other"], "/auth/0/secretField",
                "is no property"
            ),
            (
                ["scheme": "github", "previousSecretField": "other"], "/auth/0/previousSecretField",
                "is no property"
            ),
            (
                ["scheme": "github", "signatureHeader": "a b"], "/auth/0/signatureHeader",
                "must be the name of a header"
            ),
            (
                ["scheme": "github", "timestampHeader": "X-Time"], "/auth/0/timestampHeader",
                "is not used by the scheme github"
            ),
            (["scheme": "github", "idPointer": "id"], "/auth/0/idPointer", "a JSON pointer"),
            (["scheme": "github", "typeHeader": ""], "/auth/0/typeHeader", "1 to 128 bytes"),
            (
                ["scheme": "github", "signedPayload": "body"], "/auth/0/signedPayload",
                "is fixed by the scheme"
            ),
            (
                ["scheme": "ed25519", "signatureHeader": "s", "signedPayload": "timestamp.body"],
                "/auth/0/signedPayload", "timestampHeader is required"
            ),
            (
                [
                    "scheme": "ed25519", "signatureHeader": "s", "timestampHeader": "t",
                    "signedPayload": "body",
                ], "/auth/0/signedPayload", "must hold the timestamp"
            ),
        ]
        for (members, pointer, detail) in wrong {
            let issues = read(members).issues
            #expect(issues.map(\.pointer) == [pointer], "\(members)")
            #expect(issues.first?.detail.contains(detail) ?? false, "\(issues)")
            // A log of an older version may hold such a spec; it must still be read.
            #expect(issues.allSatisfy { $0.code == .invalidValue })
        }
    }

    @Test func `the tolerance is a second to a day`() {
        for (seconds, isGood) in [
            (0, false), (1, true), (86_400, true), (86_401, false), (-1, false), (true, false),
            ("300", false),
        ] as [(JSONValue, Bool)] {
            let issues = read(["scheme": "stripe", "toleranceSeconds": seconds]).issues
            #expect(issues.isEmpty == isGood, "\(seconds)")
            if !isGood { #expect(issues.first?.detail == "must be an integer from 1 to 86400") }
        }
        #expect(read(["scheme": "stripe"]).signing?.toleranceSeconds == 300)
        // Without a time it is how long the same content is known again.
        #expect(read(["scheme": "github"]).signing?.toleranceSeconds == 86_400)
    }

    @Test func `one member decides, and not two`() {
        let other: JSONValue = [
            "type": "webhook-signing", "scheme": "github", "secretField": "oldKey",
        ]
        #expect(read(["scheme": "stripe"], more: [other]).issues.map(\.pointer) == ["/auth"])
        let bearer: JSONValue = ["type": "bearer", "secretField": "apiKey"]
        #expect(read(["scheme": "stripe"], more: [bearer]).issues.isEmpty)
    }
}
