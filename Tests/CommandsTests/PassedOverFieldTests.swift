import Audit
import Testing

@testable import Commands

/// The header of a streamed answer that names who was passed over.
@Suite struct PassedOverFieldTests {
    private func field(_ count: Int) -> String? {
        ExecuteCapability.passedOver(
            (0..<count).map { AuditPassedOver(connectionID: "conn_\($0)", reason: "CIRCUIT_OPEN") }
        )
    }

    @Test func `nobody is named by no header, and each by a string with its reason`() {
        #expect(field(0) == nil)
        let two = "\"conn_0\";reason=CIRCUIT_OPEN, \"conn_1\";reason=CIRCUIT_OPEN"
        #expect(field(2) == two)
        let unknown = [AuditPassedOver(connectionID: "conn", reason: "")]
        #expect(ExecuteCapability.passedOver(unknown) == "\"conn\"")
    }

    @Test(arguments: [(16, 16), (17, 16), (5000, 16)])
    func `the header has a bound`(_ count: Int, _ named: Int) {
        #expect(field(count)?.split(separator: ",").count == named)
    }
}
