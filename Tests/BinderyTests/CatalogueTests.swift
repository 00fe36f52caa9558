import Foundation
import JSON
import Model
import Testing

@testable import bindery

/// The catalogue, each operation called at a provider that is played from its spec.
///
/// What is sent is held against `Tests/golden/catalogue`; `UPDATE_GOLDEN=1` writes it anew.
@Suite struct CatalogueTests {
    private static let root = URL(filePath: #filePath)
        .deletingLastPathComponent()
        .deletingLastPathComponent()
        .deletingLastPathComponent()
    private static let catalogue = root.appending(path: "config/catalogue").path
    private static let golden = root.appending(path: "Tests/golden/catalogue").path

    private func specs() throws -> [(file: String, spec: IntegrationSpec)] {
        var report = CheckReport()
        let specs = SpecTestCommand.specs(in: try ObjectFiles.find(Self.catalogue), &report)
        #expect(report.lines == [])
        return specs
    }

    @Test func `every operation sends what it sent when it was found right`() async throws {
        let stage = try await RehearsalStage.open()
        for (file, spec) in try specs() {
            let rehearsal = await SpecRehearsal.run(spec, on: stage)
            let golden = RehearsalGolden(rehearsal, in: Self.golden)
            if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1" {
                _ = try golden.update(rehearsal)
            }
            let findings = rehearsal.findings + (try golden.differences(from: rehearsal))
            for finding in findings {
                Issue.record(
                    "\(file) \(finding.operation ?? "") \(finding.member) \(finding.detail)"
                )
            }
            #expect(rehearsal.healthCheck != nil, "\(file) has no health check")
            let played = Set(rehearsal.entries.map(\.operation))
            #expect(played.count == spec.operations.count, "\(file)")
        }
        await stage.close()
        let names = try FileManager.default.contentsOfDirectory(atPath: Self.golden)
        let files = try FileManager.default.contentsOfDirectory(atPath: Self.catalogue)
        #expect(names.sorted() == files.sorted())
    }

    @Test func `there are providers of every category`() throws {
        let specs = try specs().map(\.spec)
        #expect(specs.count >= 40)
        let categories: Set<String> = [
            "payments", "email", "calendar", "sms", "messaging", "llm", "voice", "image",
            "analytics", "vector-store", "storage", "crm", "helpdesk", "project-management",
            "open-banking", "database", "accounting",
        ]
        let counts = Dictionary(grouping: specs, by: \.category.text).mapValues(\.count)
        #expect(Set(counts.keys) == categories)
        #expect(counts.values.allSatisfy { $0 >= 2 }, "\(counts)")
    }

    @Test func `every spec says what a reader needs`() throws {
        for (file, spec) in try specs() {
            let document = spec.document.object
            #expect(file.hasSuffix("/\(spec.id.key.text).json"))
            #expect(spec.operations.count >= 3, "\(file) has few operations")
            #expect(document["docsUrl"]?.string?.hasPrefix("https://") == true, "\(file)")
            #expect(document["configSchema"]?["example"] != nil, "\(file)")
            #expect(document["secretSchema"]?["example"] != nil, "\(file)")
            #expect(document["metadata"]?["limitsSource"]?.string != nil, "\(file)")
            #expect(document["metadata"]?["limitsNote"]?.string != nil, "\(file)")
            let check = try #require(spec.healthCheck, "\(file)")
            let operation = try #require(spec.operations[check.operation])
            #expect(operation.isSafe, "\(file): its health check changes something")
            for operation in spec.operations.values {
                let place = "\(file) \(operation.id.text)"
                let json = document["operations"]?[operation.id.text]
                #expect(json?["description"]?.string != nil, "\(place)")
                #expect(json?["docsUrl"]?.string?.hasPrefix("https://") == true, "\(place)")
                #expect(operation.outputSchema != nil, "\(place)")
                let takesInput = operation.path.references.contains { $0.root == .input }
                #expect(operation.inputSchema != nil || !takesInput, "\(place)")
            }
        }
    }

    /// A slot that was filled by one of them is filled by another without a change of the caller.
    @Test(arguments: CatalogueCore.all)
    func `providers of a capability take the same core of an input`(core: CatalogueCore) throws {
        var providers: [String] = []
        for (_, spec) in try specs() {
            for provision in spec.provides where provision.capability.text == core.capability {
                providers.append(spec.id.key.text)
                let operation = try #require(spec.operations[provision.operation])
                let schema = try #require(operation.inputSchema)
                let violations = schema.check(try JSONValue(parsing: core.input))
                let words = violations.map { "\($0.pointer.text) \($0.detail)" }
                #expect(violations.isEmpty, "\(spec.id.key.text): \(words)")
            }
        }
        #expect(providers.count >= core.countMin, "\(core.capability): \(providers)")
    }
}
