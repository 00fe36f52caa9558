import CShims
public import Platform

/// A private key that signs the tokens of a test, as an identity provider would.
@safe public final class SigningKey: @unchecked Sendable {
    // Unchecked because of the pointer alone: nothing changes the key once it is made.
    private let pointer: OpaquePointer
    /// What it signs by.
    public let algorithm: SignatureAlgorithm

    /// A new key; of RSA with this many bits.
    public init(_ algorithm: SignatureAlgorithm, rsaBitCount: Int32 = 2048) {
        let name =
            switch algorithm {
            case .rs256: "RSA"
            case .es256: "EC"
            case .edDSA: "ED25519"
            }
        guard let making = unsafe EVP_PKEY_CTX_new_from_name(nil, name, nil) else {
            preconditionFailure("OpenSSL makes \(name) keys")
        }
        defer { unsafe EVP_PKEY_CTX_free(making) }
        var key: OpaquePointer?
        unsafe EVP_PKEY_keygen_init(making)
        switch algorithm {
        case .rs256: unsafe EVP_PKEY_CTX_set_rsa_keygen_bits(making, rsaBitCount)
        case .es256: unsafe EVP_PKEY_CTX_set_group_name(making, "P-256")
        case .edDSA: break
        }
        unsafe EVP_PKEY_generate(making, &key)
        guard let key = unsafe key else { preconditionFailure("a key was made") }
        unsafe pointer = unsafe key
        self.algorithm = algorithm
    }

    deinit { unsafe EVP_PKEY_free(pointer) }

    /// The signature of the message, in the form of RFC 7518 or RFC 8037.
    public func signature(of message: [UInt8]) -> [UInt8] {
        guard let context = unsafe EVP_MD_CTX_new() else { preconditionFailure("there is memory") }
        defer { unsafe EVP_MD_CTX_free(context) }
        let digest = algorithm == .edDSA ? nil : "SHA256"
        unsafe EVP_DigestSignInit_ex(context, nil, digest, nil, nil, pointer, nil)
        var count = 2048
        var bytes = [UInt8](repeating: 0, count: count)
        let status = unsafe EVP_DigestSign(context, &bytes, &count, message, message.count)
        precondition(status == 1, "a key signs")
        let signature = Array(bytes[..<count])
        return algorithm == .es256 ? Self.raw(signature) : signature
    }

    /// The parts of the public key that a JWK names: `n` and `e`, `x` and `y`, or `x`.
    public var publicParts: [String: [UInt8]] {
        switch algorithm {
        case .rs256: ["n": number("n"), "e": number("e")]
        case .es256: ["x": padded(number("qx")), "y": padded(number("qy"))]
        case .edDSA: ["x": rawPublicKey]
        }
    }

    private var rawPublicKey: [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 32)
        var count = 32
        unsafe EVP_PKEY_get_raw_public_key(pointer, &bytes, &count)
        return bytes
    }

    private func number(_ name: String) -> [UInt8] {
        var number: OpaquePointer?
        unsafe EVP_PKEY_get_bn_param(pointer, name, &number)
        guard let number = unsafe number else { preconditionFailure("the key has \(name)") }
        defer { unsafe BN_free(number) }
        var bytes = [UInt8](repeating: 0, count: (Int(unsafe BN_num_bits(number)) + 7) / 8)
        unsafe BN_bn2bin(number, &bytes)
        return bytes
    }

    private func padded(_ bytes: [UInt8]) -> [UInt8] {
        [UInt8](repeating: 0, count: 32 - bytes.count) + bytes
    }

    /// Both numbers of a signature in DER, side by side.
    private static func raw(_ der: [UInt8]) -> [UInt8] {
        var rest = der.dropFirst(2)
        var raw: [UInt8] = []
        for _ in 0..<2 {
            let count = Int(rest[rest.startIndex + 1])
            let number = rest.dropFirst(2).prefix(count).drop { $0 == 0 }
            raw += [UInt8](repeating: 0, count: 32 - number.count) + number
            rest = rest.dropFirst(2 + count)
        }
        return raw
    }
}
