public import JSON
import Model
import Platform

/// Reads a list that a provider answers in pages, as far as the caller asked.
///
/// Each page is a call of its own, with its tokens, its breaker and its audit record. A page that
/// fails ends the walk with what was read until then, unless it was the first.
public struct PageWalk: Sendable {
    /// The most pages of one walk.
    public static let pageCountMax = 100
    /// The most items of one walk; the page that goes beyond is still whole.
    public static let itemCountMax = 10_000
    /// The most bytes of all pages together, as JSON texts.
    public static let byteCountMax = 16 << 20

    /// What was read.
    public struct Report: Sendable, Hashable {
        /// The pages read.
        public var count = 0
        /// Their items.
        public var itemCount = 0
        /// Why the walk ended before the list did; nil at the end of the list.
        public var stop: String?
        /// The audit records of all pages, in order.
        public var auditIDs: [String] = []

        /// The report as the API writes it.
        public var json: JSONValue {
            [
                "count": .integer(Int64(count)), "items": .integer(Int64(itemCount)),
                "complete": .bool(stop == nil), "stopped": stop.map { .string($0) } ?? .null,
                "auditIds": .array(auditIDs.map { .string($0) }),
            ]
        }
    }

    private let executor: Executor
    private let countMax: Int

    /// A walk over at most `countMax` pages, within `pageCountMax`.
    public init(_ executor: Executor, pages countMax: Int) {
        self.executor = executor
        self.countMax = min(countMax, Self.pageCountMax)
    }

    /// Reads the pages; the output is the list of their items.
    ///
    /// - Returns: The last page's result with the items of all, or why there is not even one.
    public func run(_ call: CapabilityCall) async -> Result<CallResult, CallFailure> {
        guard call.operation.pagination != nil else {
            return await executor.execute(call)
        }
        let start = MonotonicClock.now
        let first = await executor.execute(call)
        guard case .success(var last) = first else { return first }
        var items: [JSONValue] = []
        var report = Report()
        var latency = last.latency
        var attempts = last.attempts
        var byteCount = Self.take(last, &items, &report)
        var call = call
        let timeout = call.timeout
        while case .next(let next) = last.page.end {
            report.stop = stop(report, byteCount)
            call.page = next
            call.timeout = timeout - (MonotonicClock.now - start)
            if call.timeout < .milliseconds(1), report.stop == nil { report.stop = "TIMEOUT" }
            guard report.stop == nil else { break }
            switch await executor.execute(call) {
            case .success(let result):
                last = result
                latency += result.latency
                attempts += result.attempts
                byteCount += Self.take(result, &items, &report)
            case .failure(let failure):
                report.stop = failure.reason.code
                if let id = failure.auditID { report.auditIDs.append(id) }
            }
            guard report.stop == nil else { break }
        }
        if case .broken(let code) = last.page.end, report.stop == nil { report.stop = code }
        last.output = .array(items)
        last.latency = latency
        last.attempts = attempts
        last.pages = report
        return .success(last)
    }

    private func stop(_ report: Report, _ byteCount: Int) -> String? {
        if report.count >= countMax { return "PAGE_LIMIT" }
        if report.itemCount >= Self.itemCountMax { return "ITEM_LIMIT" }
        return byteCount >= Self.byteCountMax ? "SIZE_LIMIT" : nil
    }

    /// Adds a page; answers its bytes.
    private static func take(
        _ result: CallResult,
        _ items: inout [JSONValue],
        _ report: inout Report
    ) -> Int {
        items += result.page.items
        report.count += 1
        report.itemCount += result.page.items.count
        if let id = result.auditID { report.auditIDs.append(id) }
        return result.output.serializedText.utf8.count
    }
}
