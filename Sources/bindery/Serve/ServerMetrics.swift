import HTTPServer

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
    }

    private static func line(_ name: String, _ type: String, _ help: String, _ value: Int) -> String
    {
        "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n\(name) \(value)\n"
    }
}
