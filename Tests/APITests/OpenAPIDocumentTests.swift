import Foundation
import HTTPWire
import JSON
import Testing

@testable import API

@Suite struct OpenAPIDocumentTests {
    private static let golden = URL(filePath: #filePath)
        .deletingLastPathComponent()
        .deletingLastPathComponent()
        .appending(path: "golden/openapi.json")

    /// With `UPDATE_GOLDEN=1` the file is written; else a difference leaves `openapi.json.actual`
    /// beside it.
    @Test func `is the golden file, so that a change of the API is a visible diff`() throws {
        let made = OpenAPIDocument.text
        if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1" {
            try Data(made).write(to: Self.golden)
        }
        let kept = FileManager.default.contents(atPath: Self.golden.path).map { [UInt8]($0) }
        guard kept != made else { return }
        try Data(made).write(to: Self.golden.appendingPathExtension("actual"))
        Issue.record(
            """
            The OpenAPI document is not Tests/golden/openapi.json; it was written beside it as \
            openapi.json.actual. When the change is meant: UPDATE_GOLDEN=1 swift test --filter \
            OpenAPIDocumentTests
            """
        )
    }

    @Test func `has every route, and no other`() throws {
        let paths = try #require(OpenAPIDocument.json["paths"]?.object)
        var operations: [String] = []
        for path in paths {
            for item in path.value.object ?? [:] {
                operations.append(
                    "\(item.key) \(path.key) \(item.value["operationId"]?.string ?? "")"
                )
            }
        }
        let routes = Routes.all.map { route in
            "\(route.method.rawValue.lowercased()) \(route.path.text) \(route.name)"
        }
        #expect(operations.sorted() == routes.sorted())
    }

    @Test func `a reference leads somewhere`() {
        var references: Set<String> = []
        collect(OpenAPIDocument.json, into: &references)
        #expect(references.count > 10)
        for reference in references {
            let names = reference.dropFirst("#/".count).split(separator: "/")
            let target = names.reduce(Optional(OpenAPIDocument.json)) { $0?[String($1)] }
            #expect(target != nil, "\(reference)")
        }
    }

    private func collect(_ value: JSONValue, into references: inout Set<String>) {
        for item in value.array ?? [] { collect(item, into: &references) }
        for member in value.object ?? [:] {
            if member.key == "$ref", let text = member.value.string { references.insert(text) }
            collect(member.value, into: &references)
        }
    }

    @Test func `a parameter of a path is declared, and required`() {
        for path in OpenAPIDocument.json["paths"]?.object ?? [:] {
            let names = PathTemplate(path.key).parameters
            for item in path.value.object ?? [:] {
                let declared = (item.value["parameters"]?.array ?? [])
                    .filter { $0["in"] == "path" && $0["required"] == true }
                    .compactMap { $0["name"]?.string }
                #expect(declared == names, "\(item.key) \(path.key)")
            }
        }
    }
}
