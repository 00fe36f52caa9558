import JSON
import Model

// The forms in the log of what approvals are made of.
extension Change {
    var approvalObject: JSONObject {
        switch self {
        case .putApprovalPolicy(let tenant, let policy):
            var head = Self.head("approvalPolicy", "put", tenant: tenant)
            head.append(stamps: policy)
            head["object"] = .object(policy.value.document.object)
            head["reason"] = policy.value.loweredReason.map { .string($0) }
            return head
        case .removeApprovalPolicy(let tenant, let reason):
            var head = Self.head("approvalPolicy", "remove", tenant: tenant)
            head["reason"] = reason.map { .string($0) }
            return head
        case .putChangeRequest(let request):
            var head = Self.head("changeRequest", "put", tenant: request.value.tenant)
            head.append(stamps: request)
            head["object"] = request.value.storedJSON
            return head
        case .removeChangeRequest(let tenant, let id):
            var head = Self.head("changeRequest", "remove", tenant: tenant)
            head["id"] = .string(id.text)
            return head
        default: preconditionFailure("only changes of approvals come here")
        }
    }

    /// Reads what `approvalObject` wrote; nil for what is none of it.
    static func readApproval(
        _ kind: String,
        _ action: String,
        _ fields: ChangeFields
    ) throws(ChangeError) -> Change? {
        switch (kind, action) {
        case ("approvalPolicy", "put"):
            var policy = try fields.document { ApprovalPolicy(reading: $0, issues: $1) }
            policy.loweredReason = fields.textIfThere("reason")
            return .putApprovalPolicy(try fields.name("tenant"), try fields.stored(policy))
        case ("approvalPolicy", "remove"):
            return .removeApprovalPolicy(
                try fields.name("tenant"),
                reason: fields.textIfThere("reason")
            )
        case ("changeRequest", "put"):
            guard let request = ChangeRequest(storedJSON: try fields.value("object")) else {
                throw ChangeError(detail: "a change request can't be read")
            }
            return .putChangeRequest(try fields.stored(request))
        case ("changeRequest", "remove"):
            return .removeChangeRequest(try fields.name("tenant"), try fields.name("id"))
        default: return nil
        }
    }
}
