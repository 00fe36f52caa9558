import JSON
import Model
import Policy
import Resolver

/// The answer to one question, with all that is needed to tell why.
struct AccessDecision {
    /// What it was decided by.
    enum Basis {
        /// Nothing: the subject or the resource is not known, by this reason.
        case unknown(String)
        /// A live config and the rules over its calls.
        case call(Resolution)
        /// The rules over attributes.
        case attributes(AttributeDecision, AttributeQuestion)
    }

    let isAllowed: Bool
    let basis: Basis

    /// Why, as the audience may see it.
    ///
    /// What is told comes from the evaluation that decided; nothing is judged again.
    func explanation(for audience: RuleNote.Audience) -> JSONObject {
        switch basis {
        case .unknown(let reason):
            [
                "reason": .string(reason), "decision": false, "determining": [], "nearMisses": [],
                "errors": [],
            ]
        case .call(let resolution): resolution.explanation(for: audience)
        case .attributes(let decision, let question):
            decision.explanation(of: question, for: audience)
        }
    }

    /// The grants and rules that had a part in it, as the audience may see them: `determining`,
    /// `nearMisses` and `errors`.
    func reasonsWhy(for audience: RuleNote.Audience) -> JSONObject {
        var all: JSONObject
        switch basis {
        case .unknown: all = explanation(for: audience)
        case .call(let resolution): all = DecisionExplanation(resolution, for: audience).members
        case .attributes(let decision, let question):
            all = decision.explanation(of: question, for: audience)
        }
        for name in all.keys where !["determining", "nearMisses", "errors"].contains(name) {
            all[name] = nil
        }
        return all
    }

    /// The codes of what stood in the way, each once.
    var reasons: [String] {
        guard !isAllowed else { return [] }
        switch basis {
        case .unknown(let reason): return [reason]
        case .call(let resolution):
            let reasons = resolution.reasons.map(\.rawValue)
            return reasons.isEmpty ? ["NOT_PERMITTED"] : reasons
        case .attributes(let decision, _):
            return [decision.isForbidden ? "FORBIDDEN" : "NOT_PERMITTED"]
        }
    }
}

extension Resolution {
    /// The reasons of all candidates, in the order of their first, each once.
    var reasons: [Reason] {
        var seen: Set<Reason> = []
        return candidates.flatMap(\.reasons).filter { seen.insert($0).inserted }
    }
}

extension Caller {
    /// What of an explanation about the tenant the caller may see: the platform's rules are told to
    /// the platform alone, stored attributes to who may read entities.
    func audience(of tenant: TenantID?) -> RuleNote.Audience {
        let mayReadEntities = Authorization.decide(
            credential: credential,
            action: .entitiesRead,
            tenant: tenant ?? credential.tenant,
            environment: nil
        )
        return RuleNote.Audience(
            seesPlatform: credential.tenant == nil,
            seesAttributes: mayReadEntities == .allowed
        )
    }
}
