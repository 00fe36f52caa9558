import HTTPServer
import HTTPWire
import Testing

@testable import bindery

@Suite struct ServerMetricsTests {
    @Test func `writes every limit and every refusal, also those that never fired`() {
        var statistics = ServerStatistics()
        statistics.requestByteCount = 7
        statistics.limitsReached = [.slowBody: 3]
        statistics.refusalsByReason = [.timeout: 4]
        let lines = ServerMetrics.text(statistics).split(separator: "\n")
        #expect(lines.contains(#"bindery_http_peers_closed_total{reason="slow_body"} 3"#))
        #expect(lines.contains(#"bindery_http_peers_closed_total{reason="idle_timeout"} 0"#))
        let timeout = #"bindery_http_refusals_total{code="REQUEST_TIMEOUT",status="408"} 4"#
        #expect(lines.contains { $0 == timeout })
        #expect(lines.contains("bindery_http_request_memory_bytes 7"))
        let closings = lines.filter { $0.hasPrefix("bindery_http_peers_closed_total{") }
        #expect(closings.count == ServerLimit.allCases.count)
    }

    @Test func `describes each name once, and before its values`() {
        let lines = ServerMetrics.text(ServerStatistics()).split(separator: "\n")
        let names = lines.filter { !$0.hasPrefix("#") }.map { $0.prefix { $0 != " " && $0 != "{" } }
        for name in Set(names) {
            let helps = lines.filter { $0.hasPrefix("# HELP \(name) ") }
            let types = lines.filter { $0.hasPrefix("# TYPE \(name) ") }
            #expect(helps.count == 1 && types.count == 1, "\(name)")
        }
    }
}
