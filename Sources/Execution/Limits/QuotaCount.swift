public import JSON
import Model

/// The calls of a connection in one period of its quota, as they outlast the process.
public struct QuotaCount: Sendable {
    let key: ConnectionGates.Key
    let period: QuotaPeriod
    let counter: QuotaCounter

    init(_ key: ConnectionGates.Key, _ period: QuotaPeriod, _ counter: QuotaCounter) {
        (self.key, self.period, self.counter) = (key, period, counter)
    }

    /// The count as it is kept.
    public var json: JSONValue {
        [
            "tenant": .string(key.tenant.text), "connection": .string(key.connection.text),
            "period": .string(period.rawValue), "start": .integer(counter.start),
            "count": .integer(Int64(counter.count)),
            "toldPercent": .integer(Int64(counter.toldPercent)),
        ]
    }

    /// A count that was kept; nil for anything else.
    public init?(_ json: JSONValue) {
        guard let tenant = json["tenant"]?.string.flatMap({ TenantID($0) }),
            let connection = json["connection"]?.string.flatMap({ ConnectionID($0) }),
            let period = json["period"]?.string.flatMap(QuotaPeriod.init),
            let start = json["start"]?.integer, start % 1000 == 0,
            let count = json["count"]?.integer.flatMap({ Int(exactly: $0) }), count >= 0,
            let told = json["toldPercent"]?.integer, (0...100).contains(told)
        else { return nil }
        key = ConnectionGates.Key(tenant: tenant, connection: connection)
        self.period = period
        counter = QuotaCounter(start: start, count: count, toldPercent: Int(told))
    }
}

extension Executor {
    /// The calls of all connections in the periods of their quotas; nil when none was counted since
    /// this was asked last.
    ///
    /// Of an hour and longer: a minute is over before a process is back.
    public func changedQuotaCounts() -> [QuotaCount]? { gates.changedQuotaCounts() }

    /// Takes counts over, before the first call; those of a period that is over say nothing.
    public func restore(_ counts: [QuotaCount]) { gates.restore(counts) }
}
