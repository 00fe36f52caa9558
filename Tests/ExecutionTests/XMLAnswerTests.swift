import JSON
import Model
import Testing

@testable import Execution

/// Answers of 2xx in XML: what a mapping, pages and `errors.when` find in them.
@Suite struct XMLAnswerTests {
    private static let type = "Content-Type: application/xml; charset=utf-8"
    private static let list = """
        <?xml version="1.0" encoding="UTF-8"?>
        <!-- <no> --><ListResult xmlns="http://s3.example.com/a>b/">
          <Name>b &amp; c</Name><Empty/><Blank> </Blank>
          <Item a='>'><Key>k&#xE9;&#49;</Key><Tag>x</Tag><Tag>y</Tag></Item>
          <Item><Key>&lt;2&gt; &unknown; &amp;lt;</Key></Item>
        </ListResult>
        """

    private func output(
        _ body: String,
        _ response: JSONValue?,
        type: String = type
    ) async throws -> JSONValue {
        let world = try await ExecutionWorld { _ in .answer("200 OK", [type], body: body) }
        var operation = JSONObject()
        operation["response"] = response
        return try await world.success(try world.call(try world.spec(operation))).output
    }

    private static func mapping(_ output: JSONValue, lists: JSONValue = []) -> JSONValue {
        ["output": output, "lists": lists]
    }

    @Test func `a mapping steps through the elements`() async throws {
        let output = try await output(
            Self.list,
            Self.mapping([
                "name": "{{response.body.ListResult.Name}}",
                "empty": "{{response.body.ListResult.Empty}}",
                "blank": "[{{response.body.ListResult.Blank}}]",
                "first": "{{response.body.ListResult.Item.0.Key}}",
                "items": "{{response.body.ListResult.Item}}",
                "gone": "{{response.body.ListResult.Nothing}}", "status": "{{response.status}}",
            ])
        )
        let expected: JSONValue = [
            "name": "b & c", "empty": "", "blank": "[ ]", "first": "ké1",
            "items": [
                ["Key": "ké1", "Tag": ["x", "y"]], ["Key": "<2> &unknown; &lt;"],
            ],
            "status": 200,
        ]
        #expect(output == expected)
    }

    @Test func `without a mapping the answer is the text that it was`() async throws {
        #expect(try await output(Self.list, nil).string == Self.list)
        let whole = try await output(Self.list, Self.mapping(["xml": "{{response.body}}"]))
        #expect(whole["xml"]?.string == Self.list)
    }

    @Test(arguments: ["text/plain", "text/html", "application/json"])
    func `an answer of another type is no XML`(_ type: String) async throws {
        let mapping = Self.mapping(["a": "{{response.body.R.A}}"])
        let output = try await output("<R><A>1</A></R>", mapping, type: "Content-Type: " + type)
        #expect(output == [:])
    }

    @Test(arguments: ["application/xml", "text/xml", "application/atom+xml"])
    func `an answer of a type of XML is`(_ type: String) async throws {
        let mapping = Self.mapping(["a": "{{response.body.R.A}}"])
        let body = "\u{FEFF}<R><A>1</A></R>\n<!-- end -->\n"
        let output = try await output(body, mapping, type: "Content-Type: " + type)
        #expect(output == ["a": "1"])
    }

    @Test(
        arguments: [
            ("<R><I>1</I><I>2</I></R>", ["1", "2"]), ("<R><I>1</I></R>", ["1"]), ("<R></R>", []),
            ("<R/>", []), ("<R> </R>", []), ("<R><J>1</J></R>", []), ("<R><I/></R>", [""]),
        ] as [(String, JSONValue)]
    )
    func `a list that is named is one of many, of one and of none`(
        _ body: String,
        _ items: JSONValue
    ) async throws {
        let mapping = Self.mapping(["items": "{{response.body.R.I}}"], lists: ["/R/I"])
        #expect(try await output(body, mapping) == ["items": items])
    }

    @Test func `lists within the items of a list are named, too`() async throws {
        let body = "<R><I><T>1</T></I><I><T>2</T><T>3</T></I><I/></R>"
        let mapping = Self.mapping(["items": "{{response.body.R.I}}"], lists: ["/R/I/T", "/R/I"])
        let expected: JSONValue = [["T": ["1"]], ["T": ["2", "3"]], ["T": []]]
        #expect(try await output(body, mapping)["items"] == expected)
    }

    @Test(arguments: [
        "<R><A>1</A>", "<R><A>1</B></R>", "<R><A>1</A></R><R/>", "<R><A>1</A></R>text",
        "<A>1</A></R>", "text<R><A>1</A></R>", "<R><A>1</A", "<R><A b='>1</A></R>",
        "<!DOCTYPE R [<!ENTITY a 'b'>]><R><A>&a;</A></R>", "<R><A><![CDATA[1]]></A></R>",
        "<R><A>1</A><!-- </R>", "",
        String(repeating: "<R>", count: 33) + "1" + String(repeating: "</R>", count: 33),
        "<R><A>1</A>" + String(repeating: "<B/>", count: 99_999) + "</R>",
    ])
    func `what is not read whole has no elements`(_ body: String) async throws {
        let output = try await output(body, Self.mapping(["a": "{{response.body.R.A}}"]))
        #expect(output == [:])
    }

    @Test func `the bounds themselves are within`() async throws {
        let many = "<R><A>1</A>" + String(repeating: "<B/>", count: 99_998) + "</R>"
        let mapping = Self.mapping(["a": "{{response.body.R.A}}"])
        #expect(try await output(many, mapping) == ["a": "1"])
        let deep = String(repeating: "<R>", count: 32) + "1" + String(repeating: "</R>", count: 32)
        let path = "{{response.body" + String(repeating: ".R", count: 32) + "}}"
        #expect(try await output(deep, Self.mapping(["a": .string(path)])) == ["a": "1"])
    }

    @Test func `a mapped answer holds no credential of the call`() async throws {
        let secret = SampleSpec.secretText
        let mapping = Self.mapping(["a": "{{response.body.R.A}}"])
        let output = try await output("<R><A>Bearer \(secret)</A></R>", mapping)
        #expect(output["a"]?.string?.contains(secret) == false)
    }

    @Test func `an answer of 200 that says it failed is an error`() async throws {
        let world = try await ExecutionWorld { _ in
            .answer("200 OK", [Self.type], body: "<R><Ok>false</Ok><Code>Busy</Code></R>")
        }
        let spec = try world.spec([
            "errors": ["when": ["pointer": "/R/Ok", "equals": "false"], "codePointer": "/R/Code"]
        ])
        let failure = try await world.failure(try world.call(spec))
        #expect(failure.members["provider"]?["code"] == "Busy")
        let other = try world.spec(["errors": ["when": ["pointer": "/R/Ok", "equals": "no"]]])
        _ = try await world.success(try world.call(other))
    }

    // MARK: Pages

    private func walk(
        _ pagination: JSONValue,
        response: JSONValue?,
        _ script: @escaping FakeProvider.Script
    ) async throws -> (result: CallResult, world: ExecutionWorld) {
        let world = try await ExecutionWorld(script)
        var operation: JSONObject = [
            "method": "GET", "path": "/v1/list", "encoding": nil, "body": nil,
            "pagination": pagination,
        ]
        if let response { operation["response"] = response }
        let call = try world.call(try world.spec(operation), input: [:])
        return (try await PageWalk(world.executor, pages: 10).run(call).get(), world)
    }

    private static let pages: FakeProvider.Script = { request in
        let isLast = request.target.contains("token=t%261")
        let body =
            isLast
            ? "<R><More>false</More><I><K>3</K></I></R>"
            : "<R><More>true</More><Next>t&amp;1</Next><I><K>1</K></I><I><K>2</K></I></R>"
        return .answer("200 OK", [type], body: body)
    }

    @Test(arguments: [nil, "/R/More"] as [String?])
    func `pages are read on by pointers into the elements`(_ more: String?) async throws {
        var pagination: JSONObject = [
            "style": "cursor", "parameter": "token", "next": "/R/Next", "items": "/R/I",
        ]
        pagination["hasMore"] = more.map { .string($0) }
        let (result, world) = try await walk(.object(pagination), response: nil, Self.pages)
        #expect(result.output == [["K": "1"], ["K": "2"], ["K": "3"]])
        #expect(result.json["pages"]?["complete"] == true)
        #expect(world.provider.requests.count == 2)
    }

    @Test func `items are those of the mapped output, where there is one`() async throws {
        let (result, _) = try await walk(
            ["style": "cursor", "parameter": "token", "next": "/R/Next", "items": "/items"],
            response: Self.mapping(["items": "{{response.body.R.I}}"], lists: ["/R/I"]),
            Self.pages
        )
        #expect(result.output == [["K": "1"], ["K": "2"], ["K": "3"]])
    }

    @Test func `a page that is not read whole ends the walk`() async throws {
        let (result, _) = try await walk(
            ["style": "cursor", "parameter": "token", "next": "/R/Next", "items": "/R/I"],
            response: nil
        ) { _ in .answer("200 OK", [Self.type], body: "<R><I>1</I>") }
        #expect(result.json["pages"]?["stopped"] == "PAGE_UNREADABLE")
    }
}
