import Audit
import JSON

/// `bindery audit verify`: checks the audit trail of a data folder, or an export of it.
enum AuditVerifyCommand {
    static let command = Command(
        "audit verify",
        summary: "checks an audit trail, without a server",
        details:
            "Checks every hash and link of the audit trail in a data folder, or of an export as "
            + "NDJSON. In a data folder also the ledger is asked how far the trail went, so that a "
            + "trail whose end was cut off is found. Prints one JSON object, as /v1/audit/verify "
            + "answers it. Ends with 0 when every record is what it was, else with 1.",
        operand: "PATH"
    ) { (call) async throws(CommandFailure) in
        guard let path = call.arguments.operand else {
            throw .usage("audit verify: PATH says what to check")
        }
        let verification: AuditVerification
        let known = KnownAnchors.read(in: path)
        do throws(AuditError) {
            verification = try await AuditVerifier.verify(
                path,
                anchors: known?.heads ?? [],
                removed: known?.removed
            )
        } catch {
            throw .failed("\(path): \(error.detail)")
        }
        call.console.answer(verification.json.serializedText)
        guard verification.isValid else { throw CommandFailure(status: .failure, lines: []) }
    }
}
