#if PostgreSQL
import CPostgres
public import Ledger

/// Where the database is, and as whom: `postgres://user:password@host1:port1,host2:port2/database?…`.
///
/// It is read by libpq, whose manual (section 34.1.1.2) has all of its parameters. Unless the URL says
/// otherwise, only a server that takes writes is good enough (`target_session_attrs=read-write`), and a
/// server that is gone is noticed within some 15 seconds (`tcp_user_timeout`, `keepalives`). A password
/// may also stand in the file that `passfile` or `PGPASSFILE` names.
///
/// The password is in no description of it and in no error: what libpq says of a URL it can't read
/// quotes it, so that is never handed on.
public struct DatabaseURL: Sendable {
    /// The most hosts that a URL names.
    public static let hostCountMax = 16

    /// The options that the URL sets, by libpq's names.
    private let values: [String: String]
    private let hosts: [[String: String]]

    /// Checks and takes `text`.
    ///
    /// - Throws: `.unavailable`, with what is wrong but without any part of `text`.
    public init(_ text: String) throws(JournalError) {
        guard text.hasPrefix("postgres://") || text.hasPrefix("postgresql://") else {
            throw Self.malformed("it begins with postgres://")
        }
        guard let values = Self.parse(text) else {
            throw Self.malformed(
                "its special characters are percent-encoded, and its parameters are libpq's"
            )
        }
        self.values = values
        self.hosts = try Self.hosts(of: values)
    }

    /// What to tell libpq for each host, in the URL's order, for the part of a journal named `part`.
    func options(for part: String) -> [DatabaseOptions] {
        hosts.map { host in
            var all = Self.defaults
            all["application_name"] = "bindery \(part)"
            all.merge(values) { _, told in told }
            for name in ["host", "hostaddr", "port"] { all[name] = host[name] }
            let place = "\(host["host"] ?? host["hostaddr"] ?? "the local server")"
            let port = host["port"].map { port in ":\(port)" } ?? ""
            return DatabaseOptions(place: place + port, values: all)
        }
    }

    private static let defaults = [
        "target_session_attrs": "read-write",
        // Milliseconds that sent bytes may stay unacknowledged, and seconds for the idle connection.
        "tcp_user_timeout": "10000",
        "keepalives": "1",
        "keepalives_idle": "5",
        "keepalives_interval": "3",
        "keepalives_count": "3",
    ]

    /// Libpq's reading of the URL; nil when it has none.
    private static func parse(_ text: String) -> [String: String]? {
        guard let options = unsafe PQconninfoParse(text, nil) else { return nil }
        defer { unsafe PQconninfoFree(options) }
        var values: [String: String] = [:]
        var option = unsafe options
        while let name = unsafe option.pointee.keyword {
            if let value = unsafe option.pointee.val {
                unsafe values[String(cString: name)] = unsafe String(cString: value)
            }
            unsafe option += 1
        }
        return values
    }

    /// One entry for each host, since libpq gives its hosts one time limit together when it is driven
    /// step by step: the first that does not answer would keep the others from being asked.
    private static func hosts(
        of values: [String: String]
    ) throws(JournalError) -> [[String: String]] {
        var lists: [String: [String]] = [:]
        for name in ["host", "hostaddr", "port"] {
            lists[name] = values[name]?.split(separator: ",", omittingEmptySubsequences: false)
                .map(String.init)
        }
        let count = max(lists["host"]?.count ?? 0, lists["hostaddr"]?.count ?? 0, 1)
        guard count <= hostCountMax else { throw malformed("it names at most 16 hosts") }
        if let ports = lists["port"], ports.count != 1, ports.count != count {
            throw malformed("it has one port for all hosts, or one for each")
        }
        // A password whose / or @ is not encoded ends up in these, and then in messages.
        for port in lists["port"] ?? [] where !port.isEmpty {
            guard let number = UInt16(port), number > 0 else {
                throw malformed("a port is 1 to 65535; special characters are percent-encoded")
            }
        }
        for name in ["host", "hostaddr", "dbname", "user"] where values[name]?.contains("@") == true
        {
            throw malformed("an @ in its user, password or database is percent-encoded")
        }
        return (0..<count)
            .map { index in
                lists.compactMapValues { list in
                    let value = list.count == 1 ? list[0] : list[min(index, list.count - 1)]
                    return value.isEmpty ? nil : value
                }
            }
    }

    private static func malformed(_ rule: String) -> JournalError {
        JournalError(
            .unavailable,
            "the URL of the database is not of the form "
                + "postgres://user:password@host:port/database: \(rule)"
        )
    }
}

extension DatabaseURL: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Hosts and database; never the password.
    public var description: String {
        let places = options(for: "").map(\.place).joined(separator: ",")
        return "postgres://\(places)/\(values["dbname"] ?? "")"
    }

    /// The same as `description`.
    public var debugDescription: String { description }

    /// Nothing to look into: a dump would show the password.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
#endif
