import Audit

/// Takes the credentials of a call out of an answer that is handed on while it comes, in every
/// spelling that is looked for in a whole one.
///
/// A credential may be cut by the border of two parts: the last word of a part, which could be the
/// start of one, is held back until more comes. An event of a stream ends with a line break and is
/// never delayed.
struct CredentialFilter {
    /// Shorter credentials are not looked for: they would be found by chance.
    static let byteCountMin = 8
    /// How many bytes one byte of a credential takes at most, as `\u00xx` of JSON.
    private static let spellingByteCountMax = 6

    private let redaction: ValueRedaction
    /// The credentials as they are: they may hold what otherwise ends a word.
    private let needles: [[UInt8]]
    /// The most bytes that are held back.
    private let heldByteCountMax: Int
    private var held: [UInt8] = []

    init(_ credentials: [String]) {
        redaction = ValueRedaction(credentials, byteCountMin: Self.byteCountMin)
        needles = Set(credentials).map { Array($0.utf8) }.filter { $0.count >= Self.byteCountMin }
        let longest = needles.map(\.count).max() ?? 0
        heldByteCountMax = Self.spellingByteCountMax * longest + 16
    }

    /// What may be handed on of a part.
    mutating func pass(_ part: [UInt8]) -> [UInt8] {
        guard !needles.isEmpty else { return part }
        var bytes = held + part
        if let redacted = redaction.redacting(bytes) { bytes = redacted }
        let count = max(wordLength(bytes), startLength(bytes))
        held = Array(bytes.suffix(count))
        return Array(bytes.dropLast(count))
    }

    /// What was held back, at the end: a word that is no credential.
    mutating func end() -> [UInt8] {
        defer { held = [] }
        return held
    }

    /// The length of the word at the end, as far as it may be a credential.
    private func wordLength(_ bytes: [UInt8]) -> Int {
        var count = 0
        for byte in bytes.reversed() {
            guard count < heldByteCountMax, !Self.endsWord(byte) else { break }
            count += 1
        }
        return count
    }

    /// The length of the longest end that is the start of a credential.
    private func startLength(_ bytes: [UInt8]) -> Int {
        let longest = needles.map(\.count).max() ?? 0
        return (1..<max(2, min(longest, bytes.count + 1))).reversed()
            .first { count in
                let end = bytes.suffix(count)
                return needles.contains { $0.count > count && $0.starts(with: end) }
            } ?? 0
    }

    /// White space and what surrounds a value in JSON, which no spelling of a word has.
    private static func endsWord(_ byte: UInt8) -> Bool {
        byte <= 0x20 || byte == 0x22 || byte == 0x2C || byte == 0x7B || byte == 0x7D
    }
}
