import JournalConformance
import Ledger
import Testing

@Suite struct MemoryJournalTests {
    private struct Bed: JournalBed {
        let storage = MemoryJournal.Storage()

        func makeJournal() -> any Journal { MemoryJournal(storage: storage) }
    }

    @Test(arguments: JournalRule.all)
    func `keeps the rules of every journal`(_ rule: JournalRule) async throws {
        try await rule.check(Bed())
    }

    @Test func `storages are apart`() async throws {
        let (one, other) = (Bed().makeJournal(), Bed().makeJournal())
        for journal in [one, other] {
            let report = try journal.load(line: { _ in }, record: { _ in })
            #expect(report.lastPosition == 0)
            try await journal.append([JournalRecord(position: 1, payload: [1])])
        }
    }

    @Test func `refuses a batch with a gap, a payload of no bytes`() async {
        await #expect(processExitsWith: .failure) {
            let records = [1, 3].map { JournalRecord(position: $0, payload: [1]) }
            JournalRecord.requireBatch(records)
        }
        await #expect(processExitsWith: .failure) {
            JournalRecord.requireBatch([JournalRecord(position: 1, payload: [])])
        }
    }

    @Test func `refuses a payload and a batch beyond the limits`() async {
        await #expect(processExitsWith: .failure) {
            let payload = [UInt8](repeating: 1, count: JournalRecord.payloadByteCountMax + 1)
            JournalRecord.requireBatch([JournalRecord(position: 1, payload: payload)])
        }
        await #expect(processExitsWith: .failure) {
            let records = (1...JournalRecord.batchCountMax + 1)
                .map { position in
                    JournalRecord(position: UInt64(position), payload: [1])
                }
            JournalRecord.requireBatch(records)
        }
    }

    @Test func `takes a batch at the limit of bytes, and refuses one above`() async {
        let payload = [UInt8](repeating: 1, count: JournalRecord.payloadByteCountMax)
        let records = (1...8).map { JournalRecord(position: $0, payload: payload) }
        JournalRecord.requireBatch(records)
        await #expect(processExitsWith: .failure) {
            let payload = [UInt8](repeating: 1, count: JournalRecord.payloadByteCountMax)
            let large = (1...8).map { JournalRecord(position: $0, payload: payload) }
            JournalRecord.requireBatch(large + [JournalRecord(position: 9, payload: [1])])
        }
    }
}
