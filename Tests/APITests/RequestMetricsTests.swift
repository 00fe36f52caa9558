import Commands
import HTTPWire
import JSON
import Testing

@testable import API

@Suite struct RequestMetricsTests {
    private static let histogram = "http_server_request_duration_seconds"

    private func metrics(_ api: TestAPI) async throws -> MetricsReading {
        try MetricsReading(try await api.send(.get, "/metrics").text)
    }

    private func count(
        _ metrics: MetricsReading,
        _ route: String,
        _ status: String,
        _ method: String = "GET"
    ) -> [Double] {
        metrics.values(
            "\(Self.histogram)_count",
            [
                "http_route": route, "http_request_method": method,
                "http_response_status_code": status,
            ]
        )
    }

    @Test func `requests count under the template of their route, their method and status`()
        async throws
    {
        let api = try await TestAPI()
        for tenant in ["acme-corp", "b-corp", "c-corp"] {
            _ = try await api.send(.get, "/v1/tenants/\(tenant)/connections")
        }
        _ = try await api.send(.get, "/v1/tenants/acme-corp/connections", key: nil)
        _ = try await api.send(.get, "/v1/tenants/acme-corp/connections?x=1")
        _ = try await api.send(.head, "/livez", key: nil)
        let read = try await metrics(api)
        let route = "/v1/tenants/{tenant}/connections"
        #expect(count(read, route, "200") == [3])
        // Who is refused is counted where they wanted to go.
        #expect(count(read, route, "401") == [1])
        #expect(count(read, route, "400") == [1])
        #expect(count(read, "/livez", "200", "HEAD") == [1])
        #expect(count(read, "/livez", "200").isEmpty)
        #expect(read.values("\(Self.histogram)_sum", ["http_route": route]).allSatisfy { $0 > 0 })
    }

    @Test func `what has no route has no label of it, whatever its path`() async throws {
        let api = try await TestAPI()
        for path in ["/nowhere", "/v1/tenants/x/%22%0A", "/v1/%5C"] {
            #expect(try await api.send(.get, path).status == 404)
        }
        _ = try await api.send(.options, "*", key: nil)
        let text = try await api.send(.get, "/metrics").text
        let read = try MetricsReading(text)
        let missing = read.samples.filter { $0.labels["http_response_status_code"] == "404" }
        #expect(missing.allSatisfy { $0.labels["http_route"] == nil })
        #expect(missing.first { $0.name.hasSuffix("_count") }?.value == 3)
        #expect(!text.contains("nowhere"))
        let options = ["http_request_method": "OPTIONS", "http_response_status_code": "204"]
        #expect(read.values("\(Self.histogram)_count", options) == [1])
    }

    @Test func `buckets are the convention's, with five finer ones`() async throws {
        let api = try await TestAPI()
        _ = try await api.send(.get, "/livez")
        let read = try await metrics(api)
        let bounds = read.samples
            .filter { $0.name.hasSuffix("_bucket") && $0.labels["http_route"] == "/livez" }
            .compactMap(\.bound)
        let convention = [
            0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, .infinity,
        ]
        #expect(bounds == [0.0001, 0.00025, 0.0005, 0.001, 0.0025] + convention)
    }

    @Test func `no tenant and nothing of a request is a label`() async throws {
        let api = try await TestAPI()
        for _ in 0..<2 { _ = try await api.send(.get, "/v1/tenants/tenant-7q/connections/conn-7q") }
        let read = try await metrics(api)
        let known: Set = [
            "http_route", "http_request_method", "http_response_status_code", "error_type", "le",
            "reason", "kind", "limit", "outcome",
        ]
        #expect(read.samples.flatMap(\.labels.keys).allSatisfy(known.contains))
        let values = Set(read.samples.flatMap { Array($0.labels.values) })
        #expect(!values.contains { value in value.contains("7q") })
    }

    @Test func `each route and status is counted in a series of its own`() throws {
        let routes = Routes.all.suffix(4).map { ($0.path.text, $0.method) }
        let metrics = RequestMetrics(routes)
        let statuses = RequestMetrics.statuses + [299]
        for (index, route) in routes.enumerated() {
            for status in statuses { metrics.count(index, route.1, status, nanoseconds: 1) }
        }
        for method in HTTPMethod.allCases { metrics.count(nil, method, 404, nanoseconds: 1) }
        let read = try MetricsReading(metrics.text)
        let counts = read.values("\(Self.histogram)_count")
        #expect(counts.count == routes.count * statuses.count + HTTPMethod.allCases.count)
        #expect(counts.allSatisfy { $0 == 1 })
        #expect(
            read.samples.allSatisfy { sample in
                let status = sample.labels["http_response_status_code"] ?? ""
                return sample.labels["error_type"] == (status.hasPrefix("5") ? status : nil)
            }
        )
    }

    @Test(arguments: [(100_000, 0.0001), (100_001, 0.00025), (10_000_000_000, 10)])
    func `a bucket takes its bound and no more`(_ nanoseconds: UInt64, _ bound: Double) throws {
        let metrics = RequestMetrics([("/", .get)])
        metrics.count(0, .get, 200, nanoseconds: nanoseconds)
        let read = try MetricsReading(metrics.text)
        let first = read.samples.first { $0.name.hasSuffix("_bucket") && $0.value == 1 }
        #expect(first?.bound == bound)
    }

    @Test func `longer than the last bound counts beyond all`() throws {
        let metrics = RequestMetrics([("/", .get)])
        metrics.count(0, .get, 999, nanoseconds: 10_000_000_001)
        let read = try MetricsReading(metrics.text)
        let first = read.samples.first { $0.name.hasSuffix("_bucket") && $0.value == 1 }
        #expect(first?.labels["le"] == "+Inf")
        #expect(first?.labels["http_response_status_code"] == "_OTHER")
    }

    @Test func `what waits is active until it is answered`() async throws {
        let api = try await TestAPI()
        let name = "http_server_active_requests"
        // The request for the metrics is itself one that waits.
        #expect(try await metrics(api).values(name, ["http_request_method": "GET"]) == [1])
        #expect(try await metrics(api).values(name, ["http_request_method": "GET"]) == [1])
    }

    @Test(arguments: ["plain", "a\"b", "a\\b", "a\nb", "\\n", "\\\"\n", "ä{},="])
    func `any text may be a label's value`(_ value: String) throws {
        var text = MetricsText()
        text.family("x", .gauge, "Help with \\ and\nline.")
        text.sample("x", 1, [("a", value), ("b", "2")])
        let read = try MetricsReading(text.text)
        #expect(read.samples.first?.labels == ["a": value, "b": "2"])
    }
}
