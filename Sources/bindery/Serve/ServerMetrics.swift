import HTTPServer
import HTTPWire
import Platform

/// The HTTP server's part of `/metrics`, in the Prometheus format.
///
/// Every label's value is one of a closed set, and is there from the start with 0, so that a rate
/// sees the first time a limit fires.
enum ServerMetrics {
    static func text(_ statistics: ServerStatistics) -> String {
        line("bindery_http_peers", "gauge", "Connections open now.", statistics.peers)
            + line(
                "bindery_http_accepted_total",
                "counter",
                "Connections accepted.",
                statistics.accepted
            )
            + line(
                "bindery_http_core_refusals_total",
                "counter",
                "Requests that the server core refused itself.",
                statistics.refusals
            )
            + line(
                "bindery_http_request_memory_bytes",
                "gauge",
                "Memory of requests that arrive or are served.",
                statistics.requestByteCount
            )
            + refusals(statistics)
            + closings(statistics)
            + handshakes(statistics)
    }

    private static func refusals(_ statistics: ServerStatistics) -> String {
        let rows = HTTPRefusal.Reason.allCases.map { reason in
            let labels = "code=\"\(reason.code)\",status=\"\(reason.status)\""
            return (labels, statistics.refusalsByReason[reason, default: 0])
        }
        let help = "Requests that the server core refused itself, by the answer."
        return lines("bindery_http_refusals_total", help, rows)
    }

    private static func closings(_ statistics: ServerStatistics) -> String {
        let rows = ServerLimit.allCases.map { limit in
            ("reason=\"\(limit.rawValue)\"", statistics.limitsReached[limit, default: 0])
        }
        let help = "Connections that a limit of the server closed or kept out, by the limit."
        return lines("bindery_http_peers_closed_total", help, rows)
    }

    private static func lines(_ name: String, _ help: String, _ rows: [(String, Int)]) -> String {
        rows.reduce("# HELP \(name) \(help)\n# TYPE \(name) counter\n") { text, row in
            text + "\(name){\(row.0)} \(row.1)\n"
        }
    }

    private static func handshakes(_ statistics: ServerStatistics) -> String {
        let name = "bindery_tls_handshakes_total"
        let results = [
            ("done", statistics.handshakes), ("failed", statistics.handshakesFailed),
            ("timed_out", statistics.handshakesTimedOut),
        ]
        return "# HELP \(name) TLS handshakes by how they ended.\n# TYPE \(name) counter\n"
            + results.map { "\(name){result=\"\($0.0)\"} \($0.1)\n" }.joined()
            + line(
                "bindery_tls_resumed_total",
                "counter",
                "TLS handshakes that took up an earlier session.",
                statistics.handshakesResumed
            )
    }

    /// When the first of the certificates ends to be valid.
    static func certificates(_ tls: ServerTLS) -> String {
        line(
            "bindery_tls_certificate_not_after_seconds",
            "gauge",
            "When the first of the server's certificates ends to be valid, in seconds since 1970 UTC.",
            tls.current.identities.map(\.certificate.notAfter).min() ?? 0
        )
    }

    private static func line(_ name: String, _ type: String, _ help: String, _ value: Int) -> String
    {
        "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n\(name) \(value)\n"
    }
}
