public import Platform

/// The master keys that a server knows: the first one seals, all of them open.
public struct MasterKeyRing: Sendable {
    /// The most keys.
    public static let keyCountMax = 16

    /// Why a text holds no keys; quotes nothing of it.
    public struct Failure: Error, Hashable, Sendable {
        /// What is wrong, for the operator.
        public let detail: String
    }

    /// The keys, in the order of the text.
    let keys: [MasterKey]

    /// The key that seals.
    var first: MasterKey { keys[0] }

    /// The key with this id.
    func key(_ id: String) -> MasterKey? { keys.first { $0.id == id } }

    /// Reads the keys of a text: one a line, in hexadecimal or base64, 32 bytes each.
    ///
    /// Empty lines, and those that begin with `#`, are left out.
    public init(reading text: SecretBytes) throws(Failure) {
        var keys: [MasterKey] = []
        let lines = text.withSpan { span in
            span.indices.map { span[$0] }.split { $0 == 0x0A || $0 == 0x0D }
        }
        for line in lines {
            let word = String(decoding: line, as: UTF8.self).filter { !$0.isWhitespace }
            guard !word.isEmpty, !word.hasPrefix("#") else { continue }
            guard keys.count < Self.keyCountMax else {
                throw Failure(detail: "has more than \(Self.keyCountMax) keys")
            }
            let key = try Self.key(word, number: keys.count + 1)
            guard !keys.contains(where: { $0.id == key.id }) else {
                throw Failure(detail: "has the key \(key.id) twice")
            }
            keys.append(key)
        }
        guard !keys.isEmpty else { throw Failure(detail: "holds no key") }
        self.keys = keys
    }

    private static func key(_ word: String, number: Int) throws(Failure) -> MasterKey {
        let isHex = word.utf8.count == 2 * AESGCM.keyByteCount
        guard var bytes = (isHex ? Hex.decode(word) : Base64.decode(word)) else {
            let rule = "\(AESGCM.keyByteCount) bytes in hexadecimal or base64"
            throw Failure(detail: "its key \(number) is not \(rule)")
        }
        let count = bytes.count
        guard let key = MasterKey(SecretBytes(wiping: &bytes)) else {
            let detail = "its key \(number) has \(count) bytes, not \(AESGCM.keyByteCount)"
            throw Failure(detail: detail)
        }
        return key
    }
}
