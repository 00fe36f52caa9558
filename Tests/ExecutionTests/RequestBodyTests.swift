import JSON
import Model
import Platform
import Secrets
import Testing

@testable import Execution

@Suite struct RequestBodyTests {
    private func body(
        _ operation: JSONObject,
        input: JSONValue = [:],
        config: JSONObject = [:]
    ) throws -> RequestBody {
        let spec = try SampleSpec.spec(operation: operation)
        let scope = TemplateScope(input: input, config: config, secret: nil)
        return try RequestBody(try SampleSpec.pay(spec), scope)
    }

    private func text(_ body: RequestBody) -> String {
        String(decoding: body.bytes ?? [], as: UTF8.self)
    }

    @Test func `a multipart body has its fields and files, and drops what is missing`() throws {
        let operation: JSONObject = [
            "encoding": "multipart",
            "body": [
                "purpose": "{{input.purpose}}", "note": "{{input.note}}", "n": 5,
                "tags": ["a", "{{input.tag}}"],
                "file": [
                    "filename": "{{input.name}}", "contentType": "text/csv",
                    "base64": "{{input.data}}",
                ],
            ],
        ]
        let input: JSONValue = [
            "purpose": "batch", "tag": "b", "name": "a\"b\r\n.csv",
            "data": .string(Base64.encode(Array("x,y\r\n".utf8))),
        ]
        let body = try body(operation, input: input)
        let type = try #require(body.contentType)
        #expect(type.hasPrefix("multipart/form-data; boundary=bindery-"))
        let boundary = String(type.split(separator: "=")[1])
        let expected = [
            "--\(boundary)\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\nbatch\r\n",
            "--\(boundary)\r\nContent-Disposition: form-data; name=\"n\"\r\n\r\n5\r\n",
            "--\(boundary)\r\nContent-Disposition: form-data; name=\"tags\"\r\n\r\na\r\n",
            "--\(boundary)\r\nContent-Disposition: form-data; name=\"tags\"\r\n\r\nb\r\n",
            "--\(boundary)\r\nContent-Disposition: form-data; name=\"file\"; "
                + "filename=\"a%22b%0D%0A.csv\"\r\nContent-Type: text/csv\r\n\r\nx,y\r\n\r\n",
            "--\(boundary)--\r\n",
        ]
        #expect(text(body) == expected.joined())
    }

    @Test func `the same fields are the same bytes, and a boundary stands in no part`() throws {
        let operation: JSONObject = ["encoding": "multipart", "body": ["a": "{{input.a}}"]]
        let first = try body(operation, input: ["a": "x"])
        #expect(first.bytes == (try body(operation, input: ["a": "x"])).bytes)
        let boundary = try #require(first.contentType?.split(separator: "=").last)
        let nested = try body(operation, input: ["a": .string(text(first))])
        #expect(nested.contentType?.hasSuffix(String(boundary)) == false)
    }

    @Test(arguments: ["not base64!", "YQ", "YQ=", "YR=="])
    func `a file that is no base64 is the caller's error`(_ data: String) throws {
        let operation: JSONObject = [
            "encoding": "multipart", "body": ["file": ["base64": "{{input.data}}"]],
        ]
        let error = try #require(throws: RenderFailure.self) {
            _ = try body(operation, input: ["data": .string(data)])
        }
        guard case .input(let issues) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(issues.first?.detail.contains("file") == true)
        #expect(issues.first?.detail.contains(data) == false)
    }

    @Test func `a file whose content was left out is refused, not sent empty`() throws {
        let operation: JSONObject = [
            "encoding": "multipart", "body": ["file": ["base64": "{{input.data}}"]],
        ]
        #expect(throws: RenderFailure.self) { _ = try body(operation) }
    }

    @Test func `a type with a line break is refused`() throws {
        let operation: JSONObject = [
            "encoding": "multipart",
            "body": ["file": ["text": "a", "contentType": "{{input.type}}"]],
        ]
        #expect(throws: RenderFailure.self) {
            _ = try body(operation, input: ["type": "text/plain\r\nX-Evil: 1"])
        }
    }

    @Test func `a raw body is a text as it is, or the bytes of base64`() throws {
        let plain = try body(
            ["encoding": "raw", "body": "{{input.text}}", "contentType": "text/csv"],
            input: ["text": "a,b\r\n"]
        )
        #expect((text(plain), plain.contentType) == ("a,b\r\n", "text/csv"))
        let bytes = try body(
            ["encoding": "raw", "body": ["base64": "{{input.data}}"]],
            input: ["data": "AP8="]
        )
        #expect((bytes.bytes, bytes.contentType) == ([0, 255], "application/octet-stream"))
        let typed = try body(
            ["encoding": "raw", "body": "{{input.text}}"],
            input: ["text": "a"]
        )
        #expect(typed.contentType == "text/plain; charset=utf-8")
    }

    @Test func `the encoding query writes the members into the query`() throws {
        let spec = try SampleSpec.spec(
            operation: [
                "method": "GET", "encoding": "query",
                "body": ["filter": ["status": "{{input.status}}", "no": "{{input.no}}"]],
                "query": ["limit": 5],
            ]
        )
        let scope = TemplateScope(input: ["status": "a&b"], config: [:], secret: nil)
        let body = try RequestBody(try SampleSpec.pay(spec), scope)
        #expect(body.bytes == nil)
        #expect(body.query.map(\.name) == ["filter[status]"])
        #expect(body.query.map(\.value) == ["a&b"])
    }

    @Test(
        arguments: [
            (["encoding": "raw", "body": ["a": 1]], "/operations/test.pay/body"),
            (
                ["encoding": "raw", "body": ["text": "a", "base64": "b"]],
                "/operations/test.pay/body"
            ),
            (["encoding": "multipart", "body": "text"], "/operations/test.pay/body"),
            (
                ["encoding": "multipart", "body": ["a": ["filename": "x"]]],
                "/operations/test.pay/body/a"
            ),
            (["encoding": "multipart", "body": ["a": [["b"]]]], "/operations/test.pay/body/a"),
            (["encoding": "multipart", "body": ["a\"b": 1]], "/operations/test.pay/body/a\"b"),
            (["encoding": "query", "body": "text"], "/operations/test.pay/body"),
            (["encoding": "json", "contentType": "text/csv"], "/operations/test.pay/contentType"),
            (["encoding": "raw", "contentType": "csv"], "/operations/test.pay/contentType"),
            (["method": "GET", "encoding": "form"], "/operations/test.pay/body"),
        ] as [(JSONObject, String)]
    )
    func `a body that its encoding cannot write is refused at registration`(
        _ operation: JSONObject,
        _ pointer: String
    ) throws {
        let error = try #require(throws: InvalidDocument.self) {
            _ = try SampleSpec.spec(operation: operation)
        }
        #expect(error.issues.map(\.pointer).contains(pointer))
    }
}
