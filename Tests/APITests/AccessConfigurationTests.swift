import Commands
import HTTPWire
import JSON
import Testing

@testable import API

/// `GET /.well-known/authzen-configuration` (AuthZEN section 9).
@Suite struct AccessConfigurationTests {
    private static let target = "/.well-known/authzen-configuration"

    @Test func `anybody may read it; the URLs are below the host that was asked`() async throws {
        let api = try await TestAPI()
        let answer = try await api.send(.get, Self.target, key: nil)
        #expect(answer.status == 200)
        #expect(answer["Content-Type"] == "application/json")
        let base = try #require(answer.json["policy_decision_point"]?.string)
        #expect(base.hasPrefix("http://"))
        let endpoints = answer.json.object?.filter { $0.key.hasSuffix("_endpoint") } ?? []
        #expect(endpoints.count == 5)
        for endpoint in endpoints {
            let path = try #require(endpoint.value.string).dropFirst(base.count)
            // Each one is there, and wants a credential.
            #expect(try await api.send(.post, String(path), [:], key: nil).status == 401)
            #expect(try await api.send(.post, String(path), [:]).status == 400)
            #expect(try await api.send(.get, String(path)).status == 405)
        }
    }

    @Test func `over TLS the URLs are those of TLS`() async throws {
        let api = try await TestAPI()
        let headers = [HTTPField("Host", "pdp.example.com:8443")]
        for (isSecure, base) in [
            (true, "https://pdp.example.com:8443"), (false, "http://pdp.example.com:8443"),
        ] {
            var request = try HTTPRequest(.get, Self.target, headers: headers, body: [])
            request.isSecure = isSecure
            let answer = await api.answer(request)
            #expect(answer.json["policy_decision_point"]?.string == base)
        }
    }

    @Test func `a setting says where clients reach the server`() async throws {
        let api = try await TestAPI { $0.publicURL = "https://pdp.example.com/bindery" }
        let answer = try await api.send(.get, Self.target, key: nil)
        #expect(answer.json["policy_decision_point"] == "https://pdp.example.com/bindery")
        #expect(
            answer.json["search_action_endpoint"]
                == "https://pdp.example.com/bindery/access/v1/search/action"
        )
    }
}
