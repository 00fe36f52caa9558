import JSON
import Testing

@testable import bindery

@Suite struct SpecTestCommandTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// A spec with one operation, `demo.send`, with members changed.
    private func spec(
        operation: String = "",
        auth: String = #"{"type": "bearer", "secretField": "key"}"#,
        more: String = ""
    ) -> String {
        #"""
        {"meta": {"key": "demo.mail", "version": 1, "category": "email"},
         "capabilities": {"provides": [{"key": "email.send", "operation": "demo.send"}]},
         "configSchema": {"schema": {"type": "object", "properties": {"host": {"type": "string"}}},
           "example": {"host": "mail.example.com"}},
         "secretSchema": {"schema": {"type": "object", "required": ["key"],
           "properties": {"key": {"type": "string"}}}},
         "auth": [\#(auth)],
         "transport": {"type": "rest", "baseUrl": "https://{{config.host}}/api"},
         "operations": {"demo.send": {"method": "POST", "path": "/lists/{{input.list}}/mail",
           "body": {"to": "{{input.to}}", "cc": "{{input.cc}}"}, "inputSchema": {"type": "object",
             "required": ["list", "to"], "properties": {"list": {"type": "string"},
               "to": {"type": "string", "format": "email"}, "cc": {"type": "string"}}}\#(operation)},
          "demo.ping": {"method": "GET", "path": "/ping"}}
         \#(more)}
        """#
    }

    private func run(
        _ more: String...
    ) async -> (status: CommandStatus, output: String, error: String) {
        await Transcript.of(["spec", "test", folder.path] + more)
    }

    private func json(_ text: String) throws -> JSONValue {
        try JSONValue(parsing: text)
    }

    @Test func `shows what a played provider received, without the secret`() async throws {
        try folder.write("demo.mail.json", spec())
        let run = await run("--json")
        #expect(run.status == .success, "\(run.output)\(run.error)")
        let answer = try json(run.output)
        let operations = try #require(answer["specs"]?.array?.first?["operations"])
        let full = operations["demo.send"]?["full"]?["request"]
        #expect(full?["line"] == "POST https://mail.example.com/api/lists/list/mail")
        #expect(full?["headers"]?["authorization"] == "Bearer {{secret.key}}")
        #expect(full?["headers"]?["content-type"] == "application/json")
        #expect(full?["body"] == ["to": "ada@example.com", "cc": "cc"])
        let minimal = operations["demo.send"]?["minimal"]?["request"]
        #expect(minimal?["body"] == ["to": "ada@example.com"])
        let hostile = operations["demo.send"]?["hostile"]?["request"]
        let line =
            "POST https://mail.example.com/api/lists/"
            + "a%2F..%2Fb%3Fc%3Dd%26e%23f%252F%20%C3%A9/mail"
        #expect(hostile?["line"] == .string(line))
        #expect(!run.output.contains("secret-key-0123456789"))
    }

    @Test func `keeps requests, and finds what has become another`() async throws {
        let golden = try TemporaryFolder()
        try folder.write("demo.mail.json", spec())
        #expect(await run("--golden", golden.path).status == .failure)
        #expect(await run("--golden", golden.path, "--update").status == .success)
        #expect(await run("--golden", golden.path).status == .success)
        try folder.write("demo.mail.json", spec().replacing("\"cc\": \"{{", with: "\"copy\": \"{{"))
        let run = await run("--golden", golden.path)
        #expect(run.status == .failure)
        #expect(run.output.contains("#/operations/demo.send/full/request/body/cc is gone"))
        #expect(run.output.contains("#/operations/demo.send/full/request/body/copy is new"))
    }

    @Test func `names the operation and the member that is wrong`() async throws {
        let health = #", "healthCheck": {"operation": "demo.send"}"#
        try folder.write("demo.mail.json", spec(operation: #", "safe": true"#, more: health))
        let needing = await run()
        #expect(needing.status == .failure)
        #expect(
            needing.output.contains(
                "error demo.send: /healthCheck/operation needs an operation without input"
            )
        )
        let output = #", "outputSchema": {"type": "string", "pattern": "^a$", "minLength": 2}"#
        try folder.write("demo.mail.json", spec(operation: output))
        let nothing = await run()
        #expect(nothing.status == .failure)
        #expect(nothing.output.contains("error demo.send: /operations/demo.send/outputSchema no"))
        let twice =
            #"{"type": "bearer", "secretField": "key"}, "#
            + #"{"type": "header", "headerName": "Authorization", "secretField": "key"}"#
        try folder.write("demo.mail.json", spec(auth: twice))
        let covered = await run()
        #expect(covered.status == .failure)
        #expect(covered.output.contains("error demo.ping: /auth/0 does not stand in the request"))
    }

    @Test(arguments: [
        (#", "healthCheck": {"operation": "demo.send"}"#, "/healthCheck/operation"),
        (
            #", "byokSetup": {"validationOperation": "demo.send"}"#,
            "/byokSetup/validationOperation"
        ), (#", "docsUrl": "javascript:alert(1)""#, "/docsUrl"),
    ])
    func `what no server registers is tested no more than checked`(
        _ more: String,
        _ place: String
    ) async throws {
        try folder.write("demo.mail.json", spec(more: more))
        let tested = await run()
        let checked = await Transcript.of(["check", "-f", folder.path])
        for run in [tested, checked] {
            #expect(run.status == .failure)
            let said = run.output + run.error
            #expect(said.contains("#\(place)") && said.contains("INVALID_VALUE"), "\(said)")
        }
    }

    @Test func `finds what is taken and never sent, and what is sent and never taken`() async throws
    {
        let input = #""to": {"type": "string", "format": "email"}"#
        let more = spec().replacing(input, with: input + #", "bcc": {"type": "string"}"#)
            .replacing("\"/ping\"", with: "\"/ping/{{input.depth}}\"")
        try folder.write("demo.mail.json", more)
        let run = await run()
        #expect(run.status == .failure)
        #expect(
            run.output.contains(
                "error demo.send: /operations/demo.send/inputSchema/properties/bcc is taken"
            )
        )
        #expect(
            run.output.contains(
                "error demo.ping: /operations/demo.ping {{input.depth}} is no property of the"
            )
        )
    }

    @Test func `plays an answer that the spec's mapping turns into its output`() async throws {
        let mapped =
            #", "response": {"output": {"text": "{{response.body.list.1.text}}"}}, "#
            + #""outputSchema": {"type": "object", "required": ["text"], "#
            + #""properties": {"text": {"type": "string", "format": "uuid"}}}"#
        try folder.write("demo.mail.json", spec(operation: mapped))
        let good = await run()
        #expect(good.status == .success, "\(good.output)")
        let other = mapped.replacing("response.body.list", with: "response.headers.list")
        try folder.write("demo.mail.json", spec(operation: other))
        let bad = await run()
        #expect(bad.status == .failure)
        #expect(bad.output.contains("full: an answer breaks it: /output/text"))
    }

    @Test(arguments: [("string", true), ("integer", false)])
    func `plays XML where lists are named, of which everything is a text`(
        _ size: String,
        _ isGood: Bool
    ) async throws {
        let operation = #"""
            , "outputSchema": {"type": "object", "required": ["items"], "properties": {"items":
              {"type": "array", "items": {"type": "object", "required": ["Size"],
              "properties": {"Size": {"type": "\#(size)"}}}, "minItems": 1}}},
            "response": {"output": {"items": "{{response.body.Result.Item}}"},
              "lists": ["/Result/Item"]}
            """#
        try folder.write("demo.mail.json", spec(operation: operation))
        let run = await run()
        #expect(run.status == (isGood ? .success : .failure), "\(run.output)\(run.error)")
        if !isGood { #expect(run.output.contains("an answer breaks it: /output/items/0/Size")) }
    }

    @Test func `tells a spec that is none by its place, and a call that makes no sense`()
        async throws
    {
        try folder.write("demo.mail.json", spec().replacing("input.cc", with: "inputs.cc"))
        let wrong = await run()
        #expect(wrong.status == .failure)
        #expect(
            wrong.output.contains("demo.mail.json#/operations/demo.send/body/cc INVALID_TEMPLATE")
        )
        try folder.write("demo.mail.json", spec())
        #expect(await run("--update").status == .usage)
        #expect(await Transcript.of(["spec", "test"]).status == .usage)
        #expect(await Transcript.of(["spec", "test", "/nowhere"]).status == .failure)
    }
}
