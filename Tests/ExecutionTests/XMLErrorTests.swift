import JSON
import Model
import Testing

@testable import Execution

/// Errors of providers that answer in XML.
@Suite struct XMLErrorTests {
    private static let head = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"

    private func error(
        _ body: String,
        type: String = "application/xml"
    ) async throws -> CallFailure.ProviderError {
        let world = try await ExecutionWorld { _ in
            .answer("404 Not Found", ["Content-Type: \(type)"], body: body)
        }
        let spec = try world.spec([
            "errors": ["codePointer": "/Error/Code", "messagePointer": "/Error/Message"]
        ])
        let failure = try await world.failure(try world.call(spec))
        guard case .providerError(let error) = failure.reason else { throw failure }
        return error
    }

    @Test(arguments: ["application/xml", "text/xml; charset=utf-8", "application/problem+xml"])
    func `code and message are found by their elements`(_ type: String) async throws {
        let body =
            Self.head + "<!-- a > b --><Error a='1'><Key><Code>no</Code></Key><Nothing/>"
            + "<Code>NoSuchKey</Code><Message>&lt;k&gt; &amp;amp; &apos;é&apos;</Message></Error>"
        let error = try await error(body, type: type)
        #expect(error.code == "NoSuchKey")
        #expect(error.message == "<k> &amp; 'é'")
        #expect(error.body.string == body)
    }

    @Test(arguments: [
        "<Error><Code>a", "<Error><Code>a<", "<Error", "<>", "</Error><Code>a</Code>",
        "<!DOCTYPE x [<!ENTITY a 'b'>]><Error><Code>&a;</Code></Error>",
        "<Error><Code><![CDATA[a]]></Code></Error>", "<Error><Code><b>a</b></Code></Error>",
        "<!-- <Error><Code>a</Code></Error>", "<error><code>a</code></error>", "<Error/>",
        String(repeating: "<a>", count: 33) + "<Error><Code>a</Code></Error>",
        "<Error>" + String(repeating: " ", count: 65_536) + "<Code>a</Code></Error>",
    ])
    func `what is not found is no code, and the body stays`(_ body: String) async throws {
        let error = try await error(body)
        #expect(error.code == nil)
        #expect(error.body.string?.isEmpty == false)
    }

    @Test func `other types are not taken for XML`() async throws {
        let error = try await error("<Error><Code>a</Code></Error>", type: "text/plain")
        #expect(error.code == nil)
    }

    @Test func `secrets are taken out of what is found`() async throws {
        let error = try await error("<Error><Code>\(SampleSpec.secretText)</Code></Error>")
        #expect(error.code?.contains(SampleSpec.secretText) == false)
    }
}
