import JSON

@testable import Audit

extension HashChain {
    /// A record of any members with its hash, and the line that keeps it.
    static func seal(_ members: JSONObject) -> (record: JSONObject, line: [UInt8]) {
        var line = JSONValue.object(members).canonical()
        var record = members
        record["hash"] = .string(seal(&line))
        return (record, line)
    }
}
