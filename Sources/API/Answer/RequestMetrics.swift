import Commands
import HTTPWire
import Platform

/// Counts requests by route, method and status, and how long they took, for `/metrics`.
///
/// Names and buckets are OpenTelemetry's (HTTP server semantic conventions), in the form that
/// Prometheus gives them. Labels come from the table of routes and from `statuses`, never from a
/// client and never a tenant, so that the number of series is bounded; one that never occurred is
/// not written.
///
/// A request costs two additions: its bucket, and the time. Everything else is the reader's work.
final class RequestMetrics: Sendable {
    /// The upper bounds of the histogram's buckets, in seconds.
    ///
    /// From 5 ms on they are the convention's. Decisions take tens of microseconds and durable
    /// writes a millisecond or two, which its first bucket would hold all alike: five finer ones
    /// tell a slow disk from a fast one.
    static let bounds = [
        0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5,
        0.75, 1, 2.5, 5, 7.5, 10,
    ]

    /// The statuses that have a label of their own; any other one is `_OTHER`.
    static let statuses = [
        200, 201, 202, 204, 304, 400, 401, 403, 404, 405, 406, 408, 409, 410, 412, 413, 414, 415,
        417, 422, 428, 429, 431, 500, 501, 502, 503, 504, 505,
    ]

    /// One cell for a row and status: the time, then the buckets.
    private static let cellLength = bounds.count + 2
    private static let rowLength = (statuses.count + 1) * cellLength

    private let routes: [(template: String, method: HTTPMethod)]
    private let statusPlaces: [UInt8]
    private let nanosecondBounds = RequestMetrics.bounds.map { UInt64(($0 * 1e9).rounded()) }
    /// A row for each route, one for each route's HEAD, one for each method without a route.
    private let cells: CounterArray
    /// How many requests began to wait, then how many have been answered, by method.
    private let waits = CounterArray(count: 2 * HTTPMethod.allCases.count)

    /// Counters for these routes.
    init(_ routes: [(template: String, method: HTTPMethod)]) {
        self.routes = routes
        var places = [UInt8](repeating: UInt8(Self.statuses.count), count: 600)
        for (index, status) in Self.statuses.enumerated() { places[status] = UInt8(index) }
        self.statusPlaces = places
        let rowCount = 2 * routes.count + HTTPMethod.allCases.count
        self.cells = CounterArray(count: rowCount * Self.rowLength)
    }

    /// Counts an answer, and how long it took to make.
    func count(_ route: Int?, _ method: HTTPMethod, _ status: Int, nanoseconds: UInt64) {
        let place = row(route, method) * Self.rowLength + self.place(status) * Self.cellLength
        var bucket = 0
        while bucket < nanosecondBounds.count, nanoseconds > nanosecondBounds[bucket] {
            bucket += 1
        }
        cells.add(nanoseconds, at: place)
        cells.add(1, at: place + 1 + bucket)
    }

    /// Counts an answer that was begun to be made then; answers how many nanoseconds it took.
    func count(
        _ route: Int?,
        _ method: HTTPMethod,
        _ status: Int,
        since began: MonotonicInstant
    ) -> Int64 {
        let nanoseconds = max(0, MonotonicClock.precise.nanoseconds - began.nanoseconds)
        count(route, method, status, nanoseconds: UInt64(nanoseconds))
        return nanoseconds
    }

    /// Counts a request that waits for its answer.
    func countWaiting(_ method: HTTPMethod) { waits.add(1, at: method.place) }

    /// Counts that it was answered.
    func countWaited(_ method: HTTPMethod) {
        waits.add(1, at: HTTPMethod.allCases.count + method.place)
    }

    private func place(_ status: Int) -> Int {
        statusPlaces.indices.contains(status) ? Int(statusPlaces[status]) : Self.statuses.count
    }

    private func row(_ route: Int?, _ method: HTTPMethod) -> Int {
        guard let route else { return 2 * routes.count + method.place }
        return method == .head ? routes.count + route : route
    }
}

extension RequestMetrics {
    /// The series in the Prometheus text format.
    var text: String {
        var text = MetricsText()
        let name = "http_server_request_duration_seconds"
        text.family(name, .histogram, "Duration of HTTP server requests.")
        for (index, route) in routes.enumerated() {
            write(row: index, route.template, route.method, to: &text)
            write(row: routes.count + index, route.template, .head, to: &text)
        }
        for method in HTTPMethod.allCases {
            write(row: 2 * routes.count + method.place, nil, method, to: &text)
        }
        writeActive(to: &text)
        return text.text
    }

    private func write(
        row: Int,
        _ template: String?,
        _ method: HTTPMethod,
        to text: inout MetricsText
    ) {
        for place in 0...Self.statuses.count {
            let start = row * Self.rowLength + place * Self.cellLength
            let counts = (1..<Self.cellLength).map { cells[start + $0] }
            guard counts.contains(where: { $0 > 0 }) else { continue }
            var labels: [MetricsText.Label] = template.map { [("http_route", $0)] } ?? []
            labels += [("http_request_method", method.rawValue)] + Self.labels(place)
            text.histogram(
                "http_server_request_duration_seconds",
                labels,
                bounds: Self.bounds,
                counts: counts,
                sum: Double(cells[start]) / 1e9
            )
        }
    }

    private func writeActive(to text: inout MetricsText) {
        let name = "http_server_active_requests"
        text.family(name, .gauge, "Number of active HTTP server requests.")
        for method in HTTPMethod.allCases {
            // The answered are read first, so that a race never shows fewer than none.
            let answered = waits[HTTPMethod.allCases.count + method.place]
            let began = waits[method.place]
            guard began > 0 else { continue }
            let active = began > answered ? began - answered : 0
            text.sample(name, active, [("http_request_method", method.rawValue)])
        }
    }

    /// A status's labels; of a failure of the server also the convention's `error.type`.
    private static func labels(_ place: Int) -> [MetricsText.Label] {
        guard place < statuses.count else { return [("http_response_status_code", "_OTHER")] }
        let status = "\(statuses[place])"
        let label: MetricsText.Label = ("http_response_status_code", status)
        return statuses[place] < 500 ? [label] : [label, ("error_type", status)]
    }
}

extension HTTPMethod {
    /// Its place among all methods.
    fileprivate var place: Int {
        switch self {
        case .get: 0
        case .head: 1
        case .post: 2
        case .put: 3
        case .patch: 4
        case .delete: 5
        case .options: 6
        }
    }
}
