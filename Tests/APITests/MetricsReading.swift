/// Metrics, read by the rules of the Prometheus text format (version 0.0.4), strictly.
struct MetricsReading {
    struct Broken: Error { let line: String, why: String }

    struct Sample {
        let name: String
        let labels: [String: String]
        let value: Double
        /// The upper bound of a bucket.
        var bound: Double? { Double(labels["le"] ?? "") }
    }

    private(set) var samples: [Sample] = []
    private(set) var types: [String: String] = [:]
    private var family = ""
    private var series: Set<String> = []

    init(_ text: String) throws {
        guard text.hasSuffix("\n") else { throw Broken(line: "", why: "the last line has no end") }
        for line in text.dropLast().split(separator: "\n", omittingEmptySubsequences: false) {
            try read(String(line))
        }
        try checkHistograms()
    }

    /// The values of a series whose labels hold these.
    func values(_ name: String, _ labels: [String: String] = [:]) -> [Double] {
        samples.filter { sample in
            sample.name == name && labels.allSatisfy { sample.labels[$0.key] == $0.value }
        }
        .map(\.value)
    }

    private mutating func read(_ line: String) throws {
        func broken(_ why: String) -> Broken { Broken(line: line, why: why) }
        if let match = line.wholeMatch(of: /# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) (\P{Cc}+)/) {
            guard types[String(match.1)] == nil else { throw broken("a family stands twice") }
            family = String(match.1)
            types[family] = ""
        } else if let match = line.wholeMatch(of: /# TYPE (\S+) (counter|gauge|histogram)/) {
            guard match.1 == family, types[family] == "" else { throw broken("a stray TYPE") }
            types[family] = String(match.2)
            let isCounter = match.2 == "counter"
            guard isCounter == family.hasSuffix("_total") else { throw broken("a wrong suffix") }
        } else {
            try readSample(line)
        }
    }

    private mutating func readSample(_ line: String) throws {
        func broken(_ why: String) -> Broken { Broken(line: line, why: why) }
        let form = /([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)/
        guard let match = line.wholeMatch(of: form), let value = Double(match.3), value >= 0 else {
            throw broken("no sample")
        }
        let name = String(match.1)
        var endings = [""]
        if types[family] == "histogram" { endings = ["_bucket", "_sum", "_count"] }
        guard endings.contains(where: { family + $0 == name }) else {
            throw broken("a stray sample")
        }
        var labels: [String: String] = [:]
        var rest = (match.2 ?? "")[...]
        while !rest.isEmpty {
            let label = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(?:,(?=.)|$)/
            guard let pair = rest.prefixMatch(of: label), labels[String(pair.1)] == nil else {
                throw broken("labels")
            }
            labels[String(pair.1)] = Self.unescaped(pair.2)
            rest = rest[pair.range.upperBound...]
        }
        guard series.insert("\(name) \(labels.sorted { $0.key < $1.key })").inserted else {
            throw broken("a series stands twice")
        }
        samples.append(Sample(name: name, labels: labels, value: value))
    }

    private static func unescaped(_ text: Substring) -> String {
        var plain = ""
        var rest = text
        while let first = rest.popFirst() {
            guard first == "\\", let second = rest.popFirst() else {
                plain.append(first)
                continue
            }
            plain.append(second == "n" ? "\n" : second)
        }
        return plain
    }

    /// Buckets grow, the last is infinite, and it is the count; each has its sum.
    private func checkHistograms() throws {
        let rows = Dictionary(grouping: samples.filter { types[$0.name] == nil }) { sample in
            sample.labels.filter { $0.key != "le" }
        }
        for row in rows.values {
            let buckets = row.filter { $0.name.hasSuffix("_bucket") }
            let bounds = buckets.compactMap(\.bound)
            let counts = row.filter { $0.name.hasSuffix("_count") }.map(\.value)
            guard bounds.count == buckets.count, bounds == bounds.sorted(),
                bounds.last == .infinity,
                buckets.map(\.value) == buckets.map(\.value).sorted(),
                counts == [buckets.last?.value], row.count == buckets.count + 2
            else { throw Broken(line: row.first?.name ?? "", why: "a histogram") }
        }
    }
}

extension Substring {
    fileprivate mutating func popFirst() -> Character? { isEmpty ? nil : removeFirst() }
}
