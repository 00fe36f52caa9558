import JSON
import Model

@testable import API

/// What the table of docs/authorization.md says about one request of one caller.
enum AccessVerdict: Equatable {
    /// It may go on.
    case allowed
    /// It is about another tenant, which is not there: 404.
    case notFound
    /// 403 with the code.
    case forbidden(String)
    /// A question about another tenant's subject.
    case denied
    /// 401, as nobody but the provider may: whatever the caller's key.
    case unsigned

    // What the page says of a request about `tenant` that names the environments `touched`, and makes
    // an object of its body or not.
    init(
        _ row: AccessTable.Row,
        _ caller: IsolationWorld.Caller,
        tenant: String,
        touched: Set<String>,
        makes: Bool
    ) throws {
        let isAnothers = caller.tenant.map { $0 != tenant } ?? false
        if isAnothers, ["path", "query"].contains(row.tenant) {
            self = .notFound
            return
        }
        switch (row.roles[caller.role], caller.tenant, caller.role) {
        case ("anyone", _, _): self = .allowed
        case ("signature", _, _): self = .unsigned
        case ("yes", .some, .platformAdmin), ("–", _, _): self = .forbidden("FORBIDDEN")
        case ("yes", _, _):
            self = try Self.inTenant(row, caller, isAnothers, touched, makes)
        case (let cell, _, _): throw AccessTable.Unreadable(line: "\(row.request): \(cell ?? "")")
        }
    }

    private static func inTenant(
        _ row: AccessTable.Row,
        _ caller: IsolationWorld.Caller,
        _ isAnothers: Bool,
        _ touched: Set<String>,
        _ makes: Bool
    ) throws -> AccessVerdict {
        switch row.tenant {
        case "objects" where isAnothers: return .notFound
        case "subject" where isAnothers: return .denied
        case "objects", "subject", "path", "query", "–": break
        default: throw AccessTable.Unreadable(line: "\(row.request): tenant \(row.tenant)")
        }
        guard let own = caller.environments else { return .allowed }
        let isIn = touched.isSubset(of: own)
        let scope = AccessVerdict.forbidden("ENVIRONMENT_NOT_IN_CREDENTIAL_SCOPE")
        switch row.environments {
        case "–", "listed": return .allowed
        case "path", "pathAndOther", "object", "subject", "rule": return isIn ? .allowed : scope
        case "key": return isIn ? .allowed : makes ? .forbidden("FORBIDDEN") : scope
        case "all": return scope
        default:
            throw AccessTable.Unreadable(line: "\(row.request): environments \(row.environments)")
        }
    }

    /// Whether the answer is what was said.
    func isMet(by answer: TestAnswer) -> Bool {
        switch self {
        // Whether something is live, or can be removed, is no matter of access.
        case .allowed: ![401, 403].contains(answer.status)
        case .notFound: answer.status == 404 && answer.code == "NOT_FOUND"
        case .unsigned: answer.status == 401 && answer.code == "SIGNATURE_INVALID"
        case .forbidden(let code): answer.status == 403 && answer.code == code
        case .denied:
            answer.status == 200
                && (answer.json["decision"] == false || answer.json["results"] == [])
        }
    }
}
