import HTTPServer
import Platform

/// The HTTP server's part of `/metrics`, in the Prometheus format.
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
            + handshakes(statistics)
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
