public import JSON
import Ledger
import Model

/// Answers many AuthZEN questions in their order (Authorization API 1.0, section 7).
public struct EvaluateAccessBatch: Sendable {
    /// The most questions of one request.
    public static let evaluationCountMax = 1000
    /// The most steps of one batch, in steps of one byte compared: about 0.1 seconds.
    ///
    /// Questions that are left then are answered in their places that they were not decided.
    static let stepCountMax = 30_000_000

    /// The body.
    public let body: JSONValue

    /// The most steps of this batch.
    var stepCountMax = Self.stepCountMax

    /// A request.
    public init(body: JSONValue) { self.body = body }

    /// When to stop asking (section 7.1.2.1).
    private enum Semantic: String {
        case executeAll = "execute_all"
        case denyOnFirstDeny = "deny_on_first_deny"
        case permitOnFirstPermit = "permit_on_first_permit"

        func stops(after isAllowed: Bool) -> Bool {
            switch self {
            case .executeAll: false
            case .denyOnFirstDeny: !isAllowed
            case .permitOnFirstPermit: isAllowed
            }
        }
    }

    /// A batch, read.
    private struct Batch {
        let items: [JSONValue]
        let defaults: JSONObject
        let semantic: Semantic
        let explains: Bool
    }

    private static let entities = ["subject", "action", "resource", "context"]

    /// Carries it out; without questions it is one question.
    ///
    /// - Throws: `INVALID_REQUEST`.
    public func run(_ context: CommandContext) throws(CommandError) -> CommandAnswer {
        let batch: Batch
        do {
            batch = try read()
        } catch {
            throw error.error
        }
        guard !batch.items.isEmpty else { return try EvaluateAccess(body: body).run(context) }
        var decider = AccessDecider(context)
        var decided = AccessAnswers(context, decider.state)
        var answers: [JSONValue] = []
        answers.reserveCapacity(batch.items.count)
        for (index, item) in batch.items.enumerated() {
            let answer = answer(item, index, batch, &decider, &decided)
            answers.append(answer)
            if batch.semantic.stops(after: answer["decision"] == true) { break }
        }
        var answer = CommandAnswer(
            body: .json(["evaluations": .array(answers)]),
            revision: decider.state.revision
        )
        answer.decisions = decided.decisions
        return answer
    }

    private func read() throws(AccessDefect) -> Batch {
        let object = try AccessDefect.object(body, at: .root)
        let place = JSONPointer.root.appending("evaluations")
        var items: [JSONValue] = []
        if let json = object["evaluations"] {
            guard let array = json.array else {
                throw AccessDefect.wrongType(json, at: place, "an array")
            }
            items = array
        }
        guard items.count <= Self.evaluationCountMax else {
            let detail = "must have at most \(Self.evaluationCountMax) items, has \(items.count)"
            throw AccessDefect(.limitExceeded, at: place, detail)
        }
        var defaults: JSONObject = [:]
        for key in Self.entities {
            guard let json = object[key] else { continue }
            // What it lacks may stand in every item; what it is can't be mended there.
            _ = try AccessDefect.object(json, at: JSONPointer.root.appending(key))
            defaults[key] = json
        }
        return Batch(
            items: items,
            defaults: defaults,
            semantic: try semantic(object),
            explains: AccessQuestion.explains(object)
        )
    }

    private func semantic(_ object: JSONObject) throws(AccessDefect) -> Semantic {
        let options = try AccessDefect.properties(object, "options", at: .root)
        guard let json = options["evaluations_semantic"] else { return .executeAll }
        guard let semantic = json.string.flatMap(Semantic.init(rawValue:)) else {
            throw AccessDefect(
                .invalidValue,
                at: JSONPointer.root.appending("options").appending("evaluations_semantic"),
                "must be execute_all, deny_on_first_deny or permit_on_first_permit"
            )
        }
        return semantic
    }

    /// The answer to an item: what is wrong with it is said in its place.
    private func answer(
        _ item: JSONValue,
        _ index: Int,
        _ batch: Batch,
        _ decider: inout AccessDecider,
        _ decided: inout AccessAnswers
    ) -> JSONValue {
        guard decider.stepCount < stepCountMax else {
            return Self.error(503, "The batch's work was spent before this question; ask it again.")
        }
        let place = JSONPointer.root.appending("evaluations").appending(index)
        let question: AccessQuestion
        do {
            var object = try AccessDefect.object(item, at: place)
            // A default stands for a whole entity, never for a part of one.
            for member in batch.defaults where object[member.key] == nil {
                object[member.key] = member.value
            }
            question = try AccessQuestion(object, at: place, explains: batch.explains)
        } catch {
            return Self.error(400, error.message)
        }
        do {
            return decided.json(try decider.decide(question), question)
        } catch {
            decided.note(error, question)
            return Self.error(403, "\(error.code): \(error.detail)")
        }
    }

    private static func error(_ status: Int64, _ message: String) -> JSONValue {
        [
            "decision": false,
            "context": ["error": ["status": .integer(status), "message": .string(message)]],
        ]
    }
}
