import Foundation
import JSON
import Model
import Testing

@testable import Execution

/// What providers' own libraries signed: `scripts/judge/webhook_vectors.py` writes the file.
@Suite struct WebhookVectorTests {
    private static let file = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "golden/webhooks.json")

    private static func webhooks() throws -> [(name: String, webhook: SignedWebhook)] {
        let json = try JSONValue(parsing: Array(Data(contentsOf: file)))
        let seconds = try #require(json["now"]?.integer)
        return try #require(json["webhooks"]?.array)
            .map { vector in
                let auth = try #require(vector["auth"]?.object)
                var webhook = SignedWebhook(auth["scheme"]?.string ?? "", auth)
                webhook.secret = ["signingKey": vector["key"] ?? .null]
                webhook.body = Array((vector["body"]?.string ?? "").utf8)
                webhook.urls = [vector["url"]?.string ?? ""]
                webhook.query = webhook.urls[0].split(separator: "?").dropFirst().first
                    .map(String.init)
                webhook.now = Timestamp(milliseconds: seconds * 1000 + 999)
                for field in vector["headers"]?.object ?? [:] {
                    webhook.headers[field.key.lowercased()] = field.value.string
                }
                return (vector["name"]?.string ?? "", webhook)
            }
    }

    @Test func `each scheme takes what its provider's library signs`() throws {
        let webhooks = try Self.webhooks()
        let schemes = Set(webhooks.compactMap { $0.webhook.auth["scheme"]?.string })
        #expect(schemes == Set(WebhookSigning.Scheme.allCases.map(\.rawValue)))
        for (name, webhook) in webhooks { #expect(try webhook.defect() == nil, "\(name)") }
    }

    @Test func `and nothing that differs in a bit, or was signed with another key`() throws {
        for (name, webhook) in try Self.webhooks() {
            for place in webhook.body.indices {
                var other = webhook
                other.body[place] ^= 1
                #expect(try other.defect() != nil, "\(name) \(place)")
            }
            var other = webhook
            // Another key of the same form.
            other.secret = ["signingKey": .string(turned(webhook.secret["signingKey"]?.string))]
            #expect(try other.defect() != nil, "\(name)")
        }
    }

    /// The key with another letter in it.
    private func turned(_ key: String?) -> String {
        var letters = Array(key ?? "")
        let place = min(10, letters.count - 1)
        letters[place] = letters[place] == "0" ? "1" : "0"
        return String(letters)
    }

    @Test func `and none at another time, where it is timed`() throws {
        for (name, webhook) in try Self.webhooks() {
            let isTimed = !["github", "twilio"].contains(webhook.auth["scheme"]?.string)
            guard isTimed, webhook.auth["timestampHeader"] != nil || name.hasPrefix("st") else {
                continue
            }
            for (seconds, defect) in [(301, WebhookDefect.tooOld), (-301, .tooNew)] {
                var other = webhook
                other.now = webhook.now + .seconds(seconds)
                #expect(try other.defect() == defect, "\(name)")
            }
        }
    }
}
