import JSON
import Model

/// A binding's part in a decision, as its explanation tells of it: it grants, or nearly did.
struct GrantNote {
    /// The most entries of a list that are told of.
    private static let entryCountMax = 20

    private let candidate: Candidate
    private let workflow: WorkflowName?

    init(_ candidate: Candidate, _ workflow: WorkflowName?) {
        (self.candidate, self.workflow) = (candidate, workflow)
    }

    /// A grant: which entries of its scope matched; an absent list, which admits all, tells
    /// nothing.
    var json: JSONValue {
        var object = head
        var matched: JSONObject = [:]
        matched["workflows"] = entry(candidate.scope.workflows, workflow?.text)
        matched["operations"] = entry(candidate.scope.operations, candidate.operation?.text)
        object["matched"] = .object(matched)
        return .object(object)
    }

    /// A binding that does not grant: the first thing that is in the way.
    var missJSON: JSONValue {
        var object = head
        let miss = candidate.ownReasons.first { $0.isDropping(candidate) }.map(self.miss)
        object["failed"] = (miss?.failed).map { .string($0) } ?? .null
        object["expected"] = miss?.expected ?? .null
        object["actual"] = miss?.actual ?? .null
        return .object(object)
    }

    /// The binding by its place in the config's document.
    private var head: JSONObject {
        [
            "ruleId": .string("/integrations/\(candidate.bindingIndex)"), "source": "grant",
            "effect": "permit", "slotId": .string(candidate.slot.text),
            "connectionId": .string(candidate.connectionID.text),
        ]
    }

    /// The closest entry that matches, as the decision chose it.
    private func entry(_ list: [Pattern]?, _ name: String?) -> JSONValue? {
        guard let list, let name, let closest = Specificity.of(name, in: list) else { return nil }
        return list.first { $0.matches(name) && Specificity($0) == closest }
            .map { .string($0.text) }
    }

    private struct Miss {
        let failed: String
        let expected: JSONValue
        let actual: JSONValue

        init(_ failed: String, _ expected: JSONValue, _ actual: JSONValue) {
            (self.failed, self.expected, self.actual) = (failed, expected, actual)
        }
    }

    private func miss(_ reason: Reason) -> Miss {
        let (spec, connection) = (candidate.spec, candidate.connection)
        let slot = candidate.slotRules
        func told(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }
        switch reason {
        case .connectionNotFound:
            return Miss("connection", .string(candidate.connectionID.text), .null)
        case .environmentMismatch:
            return Miss(
                "connection.environment",
                .string(candidate.environment.text),
                told(connection?.environment.text)
            )
        case .connectionNotActive:
            return Miss("connection.status", "active", told(connection?.status.rawValue))
        case .connectionUnhealthy, .circuitOpen:
            return Miss("connection.health", "healthy", .null)
        case .specNotFound:
            return Miss(
                "integration",
                told(connection.map { "\($0.spec.key.text)@\($0.spec.version.text)" }),
                .null
            )
        case .categoryMismatch:
            return Miss(
                "integration.category",
                .string(slot.category.text),
                told(spec?.category.text)
            )
        case .modeNotSupported:
            return Miss(
                "integration.supportedModes",
                told(connection?.mode.rawValue),
                Self.list(spec?.supportedModes.map(\.rawValue))
            )
        case .modeNotAllowed:
            return Miss(
                "slot.allowedModes",
                Self.list(slot.allowedModes.map(\.rawValue)),
                told(connection?.mode.rawValue)
            )
        case .capabilityNotProvided:
            return Miss(
                "integration.capabilities",
                Self.list(slot.capabilities.map(\.key.text)),
                Self.list(spec?.provides.map(\.capability.text))
            )
        case .workflowNotInScope:
            return Miss(
                "scope.workflows",
                Self.list(candidate.scope.workflows?.map(\.text)),
                told(workflow?.text)
            )
        case .operationNotInScope:
            return Miss(
                "scope.operations",
                Self.list(candidate.scope.operations?.map(\.text)),
                told(candidate.operation?.text)
            )
        case .forbiddenByPolicy, .notPermittedByPolicy:
            preconditionFailure("the rules tell of it themselves")
        }
    }

    private static func list(_ names: [String]?) -> JSONValue {
        guard let names else { return .null }
        return .array(names.prefix(entryCountMax).map { .string($0) })
    }
}

extension Reason {
    /// Whether it drops the candidate: an inactive connection is passed over, a revoked one
    /// dropped.
    fileprivate func isDropping(_ candidate: Candidate) -> Bool {
        switch self {
        case .connectionUnhealthy, .circuitOpen: false
        case .connectionNotActive: candidate.connection?.status == .revoked
        default: true
        }
    }
}
