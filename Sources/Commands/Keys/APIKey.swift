import Model
import Platform

/// The form of an API key: `bnd_<id>_<secret><checksum>` (API section 3).
///
/// The checksum, CRC-32C over what stands before it, lets a scanner tell a leaked key from a text
/// that looks like one, without asking the server.
enum APIKey {
    /// What every key starts with.
    static let prefix = "bnd_"
    /// Random bytes of the secret: 192 bits.
    static let secretByteCount = 24
    /// Random bytes of an id.
    static let idByteCount = 9
    /// The longest text that is looked at as a key, in bytes.
    static let byteCountMax = 256
    private static let checksumByteCount = 4

    /// A new key and its id.
    static func make() -> (id: CredentialID, text: String) {
        while true {
            let id = Base62.encode(Random.bytes(count: idByteCount))
            let secret = Base62.encode(Random.bytes(count: secretByteCount))
            guard let name = CredentialID(id) else { continue }
            return (name, text(id: id, secret: secret))
        }
    }

    /// A name that nobody chose, such as an object has that is made without one.
    static func randomName() -> String { Base62.encode(Random.bytes(count: idByteCount)) }

    /// The key of an id and a secret.
    static func text(id: String, secret: String) -> String {
        let head = "\(prefix)\(id)_\(secret)"
        return head + checksum(head)
    }

    /// The id in a key; nil when the text is no whole key.
    static func id(of text: String) -> CredentialID? {
        guard text.utf8.count <= byteCountMax, text.hasPrefix(prefix) else { return nil }
        let length = Base62.characterCount(byteCount: checksumByteCount)
        guard text.utf8.count > length + 4 else { return nil }
        let head = String(text.dropLast(length))
        guard text == head + checksum(head) else { return nil }
        let parts = head.split(separator: "_", omittingEmptySubsequences: false)
        guard parts.count == 3, !parts[2].isEmpty else { return nil }
        return CredentialID(String(parts[1]))
    }

    /// What is kept of a key.
    static func digest(of text: String) -> [UInt8] { Digest.sha256(text) }

    private static func checksum(_ head: String) -> String {
        let sum = Checksum.crc32c(Array(head.utf8).span)
        return Base62.encode(
            (0..<checksumByteCount).map { UInt8(truncatingIfNeeded: sum >> (8 * $0)) }
        )
    }
}
