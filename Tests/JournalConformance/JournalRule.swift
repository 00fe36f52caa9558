/// One rule that every journal keeps, and the trial of it.
///
/// A suite runs `JournalRule.all` with a bed of its kind of journal: an error thrown is a rule broken.
public struct JournalRule: Sendable, CustomStringConvertible {
    /// The rule in words.
    public let description: String
    /// Tries it on a bed whose storage is empty.
    public let check: @Sendable (_ bed: any JournalBed) async throws -> Void

    /// All rules of a journal that one process holds.
    ///
    /// A new method of `Journal` adds its rules here first.
    public static let all = common + locking
    /// All rules of a `SharedJournal`; its beds make such journals.
    public static let shared = common + sharing

    private static let common = appending + snapshots + lifecycle + histories + reading

    init(_ description: String, _ check: @escaping @Sendable (any JournalBed) async throws -> Void)
    {
        self.description = description
        self.check = check
    }
}

/// A journal did something else than its rule says.
public struct RuleBroken: Error, CustomStringConvertible {
    /// What was expected, and what was seen.
    public let description: String
}

/// Breaks the rule unless both are equal.
func require<Value: Equatable>(
    _ found: Value,
    equals expected: Value,
    _ what: String
) throws(RuleBroken) {
    guard found != expected else { return }
    // A payload of megabytes would bury the sentence.
    let (found, expected) = ("\(found)".prefix(500), "\(expected)".prefix(500))
    throw RuleBroken(description: "\(what): found \(found), expected \(expected)")
}
