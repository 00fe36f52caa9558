import Audit

/// Takes the credentials of a call out of an answer that is handed on while it comes.
///
/// A credential may be cut by the border of two parts: what could be its start is held back until
/// more comes, and nothing else is, so that an event is not delayed.
struct CredentialFilter {
    /// Shorter credentials are not looked for: they would be found by chance.
    static let byteCountMin = 8

    private let needles: [[UInt8]]
    private let firstBytes: Set<UInt8>
    private var held: [UInt8] = []

    init(_ credentials: [String]) {
        // The longest first: one may be the start of another.
        needles = Set(credentials).map { Array($0.utf8) }
            .filter { $0.count >= Self.byteCountMin }
            .sorted { $0.count > $1.count }
        firstBytes = Set(needles.compactMap(\.first))
    }

    /// What may be handed on of a part.
    mutating func pass(_ part: [UInt8]) -> [UInt8] {
        guard !needles.isEmpty else { return part }
        let bytes = held + part
        held = []
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            guard firstBytes.contains(bytes[index]) else {
                result.append(bytes[index])
                index += 1
                continue
            }
            let rest = bytes[index...]
            if let needle = needles.first(where: { rest.starts(with: $0) }) {
                result += Array(AuditRedaction.mark.utf8)
                index += needle.count
            } else if needles.contains(where: { $0.starts(with: rest) }) {
                held = Array(rest)
                return result
            } else {
                result.append(bytes[index])
                index += 1
            }
        }
        return result
    }

    /// What was held back, at the end: the start of a credential that never came whole.
    mutating func end() -> [UInt8] {
        defer { held = [] }
        return held
    }
}
