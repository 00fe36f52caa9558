import JSON
import Model

/// `bindery bench schemas`: judges values by schemas, so that another validator can be asked the
/// same; for `scripts/judge-schemas`.
enum BenchSchemasCommand {
    /// The most bytes of questions.
    private static let byteCountMax = 256 << 20

    static let command = Command(
        "bench schemas",
        summary: "judges values by schemas",
        details:
            "Reads lines from the standard input, {\"schema\": …, \"instances\": […]}, and answers "
            + "each with one: {\"verdicts\": [true, …]}, {\"refused\": {\"pointer\", \"detail\"}} "
            + "for a schema that no registration takes, or {\"malformed\": …}.",
        isHidden: true
    ) { (call) async throws(CommandFailure) in
        for line in try questions(call.console).split(separator: 0x0A) {
            call.console.answer(answer(to: line).serializedText)
        }
    }

    private static func questions(_ console: Console) throws(CommandFailure) -> [UInt8] {
        do {
            return try console.input(byteCountMax: byteCountMax)
        } catch {
            throw .failed("bench schemas: \(error)")
        }
    }

    private static func answer(to line: ArraySlice<UInt8>) -> JSONValue {
        let question: JSONValue
        do {
            question = try JSONValue(parsing: line)
        } catch {
            return ["malformed": .string("\(error)")]
        }
        guard let source = question["schema"], let instances = question["instances"]?.array else {
            return ["malformed": "a question is a schema and instances"]
        }
        do {
            let schema = try Schema(compiling: source, at: .root)
            return ["verdicts": .array(instances.map { .bool(schema.check($0).isEmpty) })]
        } catch {
            let pointer = JSONValue.string(error.pointer.text)
            return ["refused": ["pointer": pointer, "detail": .string(error.detail)]]
        }
    }
}
