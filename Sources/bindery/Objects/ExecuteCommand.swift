import JSON
import Model
import Outbound
import Platform

/// `bindery execute`: calls the provider that a capability resolves to.
enum ExecuteCommand {
    static let command = Command(
        "execute",
        summary: "calls the provider that a capability resolves to",
        details:
            "Has a server call the provider that the capability resolves to, and prints the answer as "
            + "JSON. The input is a JSON object from a file or the standard input, so that it is in no "
            + "list of processes. A call that may have reached the provider can be sent again with the "
            + "same --idempotency-key without being made twice.",
        operand: "BLUEPRINT/ENVIRONMENT",
        flags: [
            LineArgument.tenantFlag,
            CommandFlag("--capability", "KEY", help: "The capability that is called."),
            CommandFlag("--workflow", "NAME", help: "The workflow that it is called in."),
            CommandFlag(
                "--input",
                "FILE",
                help: "The file of the input, or - for the standard input. [default: none]"
            ),
            CommandFlag(
                "--timeout-ms",
                "N",
                help: "How long the provider may take, 1 to 120000. [default: the server's]"
            ),
            CommandFlag(
                "--idempotency-key",
                "TEXT",
                help: "What tells a repeated call from another one."
            ),
        ] + ServerAccess.flags
    ) { (call) async throws(CommandFailure) in
        try await run(call)
    }

    /// The largest input, in bytes.
    private static let inputByteCountMax = 16 << 20
    /// What the server may take beyond the provider's time, with its tries and waiting.
    private static let timeoutMargin = Duration.seconds(60)

    private static func run(_ call: Command.Call) async throws(CommandFailure) {
        let line = try LineArgument(call)
        guard let capability = call.arguments.value(of: "--capability"),
            IdentifierRule.isIdentifier(capability.utf8)
        else { throw .usage("execute: --capability KEY says what, and must be a name") }
        guard let workflow = call.arguments.value(of: "--workflow") else {
            throw .usage("execute: --workflow NAME says in which workflow")
        }
        var body: JSONObject = ["workflow": .string(workflow)]
        var access = try ServerAccess(call)
        access.client.timeout = .seconds(120) + timeoutMargin
        if let text = call.arguments.value(of: "--timeout-ms") {
            guard let milliseconds = Int64(text), (1...120_000).contains(milliseconds) else {
                throw .usage("--timeout-ms: must be a number from 1 to 120000")
            }
            body["timeoutMs"] = .integer(milliseconds)
        }
        body["input"] = try input(call)
        let key = call.arguments.value(of: "--idempotency-key")
        let answer = try await access.send(
            "POST",
            "\(line.path)/capabilities/\(capability)/execute",
            body: .json(.object(body)),
            headers: key.map { [OutboundHeader("Idempotency-Key", $0)] } ?? []
        )
        guard answer.isSuccess, let json = answer.json else { throw answer.refusal }
        call.console.show(json)
    }

    private static func input(_ call: Command.Call) throws(CommandFailure) -> JSONValue? {
        guard let path = call.arguments.value(of: "--input") else { return nil }
        do {
            let bytes =
                path == SetSource.inputName
                ? try call.console.input(byteCountMax: inputByteCountMax)
                : try File.contents(of: path, byteCountMax: inputByteCountMax)
            return try JSONValue(parsing: bytes)
        } catch let error as SystemError {
            throw .failed("--input: \(error.message)")
        } catch let error as JSONError {
            throw .failed(
                "--input: \(path)#\(error.pointer.text) byte \(error.offset): \(error.detail)"
            )
        } catch {
            throw .failed("--input: \(error)")
        }
    }
}
