import JSON
import Model

/// What the index knows records by: a member of a tenant's records and its value, as 64 bits.
///
/// Two terms may share a key: whoever looks up a key compares the records that it finds. So the key
/// need not be secret; it must be the same in every process, since it is kept in files.
struct IndexTerm: Sendable, Hashable {
    /// The key.
    let key: UInt64

    init(key: UInt64) { self.key = key }

    /// The term of all records of a tenant; nil for the platform.
    init(tenant: TenantID?) { self.init(tenant: tenant?.text, "", "") }

    /// The term of a tenant's records with this value; the empty value stands for none.
    init(tenant: TenantID?, _ member: Member, _ value: String) {
        self.init(tenant: tenant?.text, member.rawValue, value)
    }

    private init(tenant: String?, _ member: String, _ value: String) {
        // FNV-1a, and a finish that spreads it over the high bits, by which buckets are chosen.
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        func add(_ text: String) {
            for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
            // No text has this byte in it, so that no two lists of texts are alike.
            hash = (hash ^ 0xFF) &* 0x0000_0100_0000_01b3
        }
        add(tenant ?? "")
        add(member)
        add(value)
        hash = (hash ^ (hash >> 30)) &* 0xbf58_476d_1ce4_e5b9
        hash = (hash ^ (hash >> 27)) &* 0x94d0_49bb_1331_11eb
        key = hash ^ (hash >> 31)
    }

    /// The members that records are found by.
    enum Member: String, CaseIterable {
        case kind, outcome, blueprint, environment, workflow, operation
        case connection = "connectionId"
        case actor

        /// Its value in a record; nil when there is none.
        func value(in record: JSONObject) -> String? {
            switch self {
            case .actor: record["actor"]?["id"]?.string
            default: record[rawValue]?.string
            }
        }
    }

    /// The terms that a record is found by, its tenant's first.
    static func all(of record: JSONObject) -> [IndexTerm] {
        let tenant = record["tenantId"]?.string
        var terms = [IndexTerm(tenant: tenant, "", "")]
        for member in Member.allCases {
            if let value = member.value(in: record) {
                terms.append(IndexTerm(tenant: tenant, member.rawValue, value))
            } else if member == .environment {
                // A credential of some environments also sees what is in none.
                terms.append(IndexTerm(tenant: tenant, member.rawValue, ""))
            }
        }
        return terms
    }
}
