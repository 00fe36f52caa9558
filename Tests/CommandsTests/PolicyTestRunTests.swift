import JSON
import Ledger
import Model
import Testing

@testable import Commands

/// Runs of policy tests: their bound on work, and what becomes of them when others write meanwhile.
@Suite struct PolicyTestRunTests {
    private static let tenant = TenantID("acme")

    private func context() async throws -> CommandContext {
        CommandContext(
            services: try await TestServices.make(Services.Settings(), MemoryJournal()),
            caller: .local,
            requestID: "r",
            now: Timestamp(milliseconds: 1_750_000_000_000)
        )
    }

    private static func test(_ subjectCount: Int, expected: JSONValue = []) -> PolicyTest {
        let issues = IssueList()
        let subjects: [JSONValue] = (0..<subjectCount)
            .map {
                ["type": "user", "id": .string("u\($0)")]
            }
        let test = PolicyTest(
            [
                "given": [
                    "subjects": .array(subjects), "actions": ["read"],
                    "resources": [["type": "record", "id": "r"]],
                ], "expected": expected,
            ],
            at: .root,
            issues: issues
        )
        #expect(!issues.hasErrors)
        return test
    }

    @Test func `failures beyond the limit are counted`() async throws {
        let expected: [JSONValue] = (0..<21)
            .map {
                ["subject": .string("u\($0)"), "action": "read", "resource": "r"]
            }
        let context = try await context()
        for count in [20, 21] {
            var run = PolicyTestRun(context)
            let test = Self.test(21, expected: .array(Array(expected.prefix(count))))
            let outcome = run.run([test], of: Self.tenant, at: .root)
            #expect(outcome.failures.count == 20)
            #expect(outcome.failureCount == count)
            #expect(run.questionCount == 21)
        }
    }

    @Test func `what takes too long is said, and nothing more is asked, of no rule of the run`()
        async throws
    {
        let context = try await context()
        let issues = IssueList()
        // A question about somebody who is there has a cost.
        let entity = Entity(reading: ["type": "user", "id": "u0"], key: nil, issues: issues)
        #expect(!issues.hasErrors)
        let tenant = try #require(Self.tenant)
        _ = try await context.services.ledger.commit(actor: .system("test"), now: context.now) {
            (_, stamp) throws(Never) in
            let stored = Stored(
                entity,
                revision: stamp.revision,
                createdAt: stamp.now,
                updatedAt: stamp.now
            )
            return Ledger.Plan([.putEntity(tenant, stored)], answer: true)
        }
        let place = JSONPointer.root.appending("tests")
        var run = PolicyTestRun(context, stepCountMax: 1)
        let first = run.run([Self.test(1)], of: tenant, at: place)
        #expect(first.failures.isEmpty)
        #expect(run.questionCount == 1)
        let second = run.run([Self.test(3), Self.test(3)], of: tenant, at: place)
        #expect(second.failures.map(\.code) == [.limitExceeded])
        #expect(second.failures.map(\.pointer) == ["/tests/0"])
        #expect(second.failures.first?.detail == "take too long to run: 1 questions were asked")
        #expect(run.questionCount == 1)
    }

    @Test func `a write whose world moves is tried again, and not for ever`() async throws {
        var count = 0
        let done = CommandAnswer(body: .none, revision: 1)
        let answer = try await TestedWorld.write { () async throws(CommandError) in
            count += 1
            guard count == TestedWorld.attemptCountMax else { throw TestedWorld.moved }
            return done
        }
        #expect(answer.revision == 1)
        #expect(count == 3)
        count = 0
        do {
            _ = try await TestedWorld.write { () async throws(CommandError) in
                count += 1
                throw TestedWorld.moved
            }
            Testing.Issue.record("it ended")
        } catch {
            #expect(error.code == "OVERLOADED")
            #expect(error.retryAfterSeconds == 1)
        }
        #expect(count == 3)
    }

    @Test func `what is refused for another reason is not tried again`() async throws {
        var count = 0
        do {
            _ = try await TestedWorld.write { () async throws(CommandError) in
                count += 1
                throw CommandError(.unavailable, "OVERLOADED", "Too many writes wait.")
            }
            Testing.Issue.record("it ended")
        } catch {
            #expect(error.detail == "Too many writes wait.")
        }
        #expect(count == 1)
    }
}
