import Platform
import Synchronization

/// Counts requests by route and status, and how long they took, for `/metrics`.
///
/// Names are routes, never tenants: the number of series is bounded by the table of routes.
final class RequestMetrics: Sendable {
    /// The upper bounds of the histogram's buckets, in seconds.
    static let bounds = [
        0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5,
        10, 30,
    ]

    /// The counters of one route.
    private final class Row: Sendable {
        let classes: [Counter] = (0..<5).map { _ in Counter() }
        let buckets: [Counter] = (0...RequestMetrics.bounds.count).map { _ in Counter() }
        let nanoseconds = Counter()
    }

    /// A number that only grows.
    private final class Counter: Sendable {
        private let number = Atomic<UInt64>(0)
        func add(_ count: UInt64) { number.wrappingAdd(count, ordering: .relaxed) }
        var value: UInt64 { number.load(ordering: .relaxed) }
    }

    private let names: [String]
    private let rows: [Row]

    /// Counters for routes of these names, and one row for requests without a route.
    init(names: [String]) {
        self.names = names + ["none"]
        self.rows = self.names.map { _ in Row() }
    }

    /// Counts an answer.
    func count(_ route: Int?, _ status: Int, since began: MonotonicInstant) {
        let row = rows[route ?? rows.count - 1]
        let nanoseconds = max(0, MonotonicClock.precise.nanoseconds - began.nanoseconds)
        let seconds = Double(nanoseconds) / 1e9
        row.classes[min(max(status / 100 - 1, 0), 4)].add(1)
        row.buckets[Self.bounds.firstIndex { seconds <= $0 } ?? Self.bounds.count].add(1)
        row.nanoseconds.add(UInt64(nanoseconds))
    }

    /// Counts an answer of the server core.
    func countRefusal(_ status: Int) {
        rows[rows.count - 1].classes[min(max(status / 100 - 1, 0), 4)].add(1)
    }

    /// Appends the series in the Prometheus text format.
    func write(into text: inout String) {
        text += "# HELP bindery_http_requests_total Requests answered, by route and status class.\n"
        text += "# TYPE bindery_http_requests_total counter\n"
        for (name, row) in zip(names, rows) {
            for (index, counter) in row.classes.enumerated() where counter.value > 0 {
                let labels = "route=\"\(name)\",status=\"\(index + 1)xx\""
                text += "bindery_http_requests_total{\(labels)} \(counter.value)\n"
            }
        }
        text += "# HELP bindery_http_request_duration_seconds From head read to answer made.\n"
        text += "# TYPE bindery_http_request_duration_seconds histogram\n"
        for (name, row) in zip(names, rows) { Self.write(name, row, into: &text) }
    }

    private static func write(_ name: String, _ row: Row, into text: inout String) {
        let counts = row.buckets.map(\.value)
        let total = counts.reduce(0, +)
        guard total > 0 else { return }
        let metric = "bindery_http_request_duration_seconds"
        var sum: UInt64 = 0
        for (bound, count) in zip(bounds, counts) {
            sum += count
            text += "\(metric)_bucket{route=\"\(name)\",le=\"\(bound)\"} \(sum)\n"
        }
        text += "\(metric)_bucket{route=\"\(name)\",le=\"+Inf\"} \(total)\n"
        text += "\(metric)_sum{route=\"\(name)\"} \(Double(row.nanoseconds.value) / 1e9)\n"
        text += "\(metric)_count{route=\"\(name)\"} \(total)\n"
    }
}
