import Model

/// Where a candidate stands among those of one capability (API section 5, rule 4): by priority, then
/// by how closely its scope names the workflow, then the operation, then in the order written.
///
/// One number, so that sorting compares no more than that: 21 bits of priority, 12 and 12 of
/// specificity, 16 of the index.
struct CandidateRank: Sendable, Hashable, Comparable {
    private let packed: UInt64

    init(priority: Int?, workflow: Specificity?, operation: Specificity?, index: Int) {
        let smallest = Binding.priorities.lowerBound
        let last = Binding.priorities.upperBound + 1
        packed =
            UInt64((priority ?? last) - smallest) << 40
            | Self.bits(workflow) << 28
            | Self.bits(operation) << 16
            | UInt64(index)
    }

    /// The closer, the smaller; what the list does not admit comes last.
    private static func bits(_ specificity: Specificity?) -> UInt64 {
        switch specificity {
        case .exact: 0
        case .pattern(let length): 0x800 - UInt64(length)
        case .absentList: 0x900
        case nil: 0xA00
        }
    }

    /// The index of the binding in the config's list.
    var bindingIndex: Int { Int(packed & 0xFFFF) }

    static func < (left: CandidateRank, right: CandidateRank) -> Bool {
        left.packed < right.packed
    }
}
