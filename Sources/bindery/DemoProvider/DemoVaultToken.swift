import Platform

/// The file of the played Vault's token.
enum DemoVaultToken {
    /// The largest file, in bytes.
    private static let byteCountMax = 4096
    /// Random bytes of a new token.
    private static let randomByteCount = 24

    /// Reads the token, or makes one and its file, which only its owner may read.
    static func read(_ path: String) throws(CommandFailure) -> SecretBytes {
        do {
            return try make(path)
        } catch {
            guard error.isExistingFile else { throw .failed(error.message) }
        }
        let bytes: [UInt8]
        do {
            bytes = try File.contents(of: path, byteCountMax: byteCountMax)
        } catch {
            throw .failed(error.message)
        }
        var token = Array(bytes.prefix { $0 > 0x20 })
        guard !token.isEmpty else { throw .failed("\(path): holds no token") }
        return SecretBytes(wiping: &token)
    }

    private static func make(_ path: String) throws(SystemError) -> SecretBytes {
        let file = try File(path, for: .readWrite, creating: .mustBeNew)
        var token = Array("demo-vault-\(Base62.encode(Random.bytes(count: randomByteCount)))".utf8)
        try file.write((token + [0x0A]).span, at: 0)
        return SecretBytes(wiping: &token)
    }
}
