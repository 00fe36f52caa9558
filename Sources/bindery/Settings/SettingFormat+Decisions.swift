import Audit
import Commands

extension SettingFormat where Value: RawRepresentable<String> & CaseIterable & Sendable {
    /// One of a closed set of words.
    static var word: Self {
        let words = Value.allCases.map(\.rawValue)
        return .parsed(
            words.joined(separator: "|"),
            rule: words.joined(separator: " or "),
            text: { $0.rawValue },
            { Value(rawValue: $0) }
        )
    }
}

extension SettingFormat<PointerMask> {
    /// What of a recorded question is masked.
    static let mask = SettingFormat.parsed(
        "POINTER",
        rule: PointerMask.words,
        text: { $0.text },
        { PointerMask($0) }
    )
}
