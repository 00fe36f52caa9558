import JSON
import Synchronization
import Testing

/// Changes a server's objects until it is gone, and compares what the ledger has with the trail.
enum ChangeWriter {
    /// How many answers the writers of one round have.
    final class Counter: Sendable {
        let value = Atomic(0)
    }

    /// Makes connections, changes them, and removes some, until the server is gone.
    static func write(_ server: BinderyServer, _ name: String, _ counter: Counter) async {
        do {
            let wire = try server.connect()
            for number in 0... {
                let id = "\(name)-\(number)"
                let path = "/v1/tenants/acme-corp/connections/\(id)"
                for label in ["first", "second"] {
                    let answer = try await server.send("PUT", path, body(id, label), on: wire)
                    #expect(answer.status < 300, "\(answer)")
                    counter.value.add(1, ordering: .relaxed)
                }
                guard number.isMultiple(of: 3) else { continue }
                _ = try await server.send("DELETE", path, nil, on: wire)
            }
        } catch {
            // The server is dead; what it did not answer may be there, or not.
        }
    }

    private static func body(_ id: String, _ label: String) -> JSONValue {
        [
            "meta": [
                "id": .string(id), "integrationKey": "payments.test", "integrationVersion": 1,
                "environment": "sandbox", "label": .string(label),
            ],
            "ownershipMode": "byok",
        ]
    }

    /// Each revision of the store has one record in the trail of one of the servers, which shows the
    /// object as it was made.
    ///
    /// - Returns: How many records were written late.
    static func check(_ servers: [BinderyServer], _ when: String) async throws -> Int {
        let server = servers[0]
        let spec = try await server.must("GET", "/v1/specs/integrations/payments.test/versions/1")
        let store = try #require(spec["bindery-revision"].flatMap { Int64($0) })
        var records: [JSONValue] = []
        for server in servers {
            for path in ["/v1/tenants/acme-corp/audit", "/v1/audit"] {
                records += try await list(server, path)
            }
            let verified = try await server.must("GET", "/v1/audit/verify")
            #expect(verified.json["valid"] == true, "\(when): \(verified.json)")
        }
        let revisions = records.compactMap { $0["revision"]?.integer }
        #expect(revisions.sorted() == Array(1...store), "\(when)")
        let late = records.filter { $0["recovery"] != nil }
        for record in late {
            #expect(record["recovery"]?.string == "whole", "\(when): \(record)")
            guard record["action"]?.string == "connection.put" else {
                #expect(record["before"] != nil && record["after"] == nil, "\(record)")
                continue
            }
            #expect(record["after"]?["revision"] == record["revision"], "\(record)")
            #expect(record["after"]?["meta"]?["id"] == record["resource"]?["id"], "\(record)")
        }
        return late.count
    }

    private static func list(_ server: BinderyServer, _ path: String) async throws -> [JSONValue] {
        var found: [JSONValue] = []
        var query = "?kind=change&limit=500"
        while true {
            let page = try await server.must("GET", path + query)
            found += page.json["items"]?.array ?? []
            guard let cursor = page.json["nextCursor"]?.string else { return found }
            query = "?kind=change&limit=500&cursor=\(cursor)"
        }
    }
}
