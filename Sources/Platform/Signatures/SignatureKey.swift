import CShims

/// A public key, which verifies signatures of one algorithm and no other.
///
/// An algorithm is bound to the key when it is made: what a token says of itself decides nothing.
@safe public final class SignatureKey: @unchecked Sendable {
    // Unchecked because of the pointer alone: OpenSSL counts its references, and nothing here
    // changes the key.
    private let pointer: OpaquePointer
    /// The algorithm whose signatures it verifies.
    public let algorithm: SignatureAlgorithm

    /// The sizes of an RSA modulus that are taken, in bits; below is too weak, above too slow.
    public static let modulusBitCounts = 2048...8192
    /// The RSA exponents that are taken; they must be odd as well (FIPS 186-5 section 5.4).
    public static let exponents: ClosedRange<UInt64> = 65_537...0xFFFF_FFFF

    /// A key of RSA, its numbers as big-endian bytes; nil when it is too weak, too large or none.
    public init?(rsaModulus modulus: [UInt8], exponent: [UInt8]) {
        guard let top = modulus.first, top != 0, exponent.first != 0, exponent.count <= 8 else {
            return nil
        }
        let bitCount = modulus.count * 8 - top.leadingZeroBitCount
        let number = exponent.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard Self.modulusBitCounts.contains(bitCount), Self.exponents.contains(number),
            number % 2 == 1, modulus.last.map({ $0 % 2 == 1 }) ?? false,
            let key = unsafe Self.rsa(modulus, exponent)
        else { return nil }
        unsafe pointer = unsafe key
        algorithm = .rs256
    }

    /// A key on P-256, its coordinates 32 bytes each; nil when it is no point of the curve.
    public init?(p256X x: [UInt8], y: [UInt8]) {
        guard x.count == 32, y.count == 32, let key = unsafe Self.p256([4] + x + y) else {
            return nil
        }
        unsafe pointer = unsafe key
        algorithm = .es256
    }

    /// A key of Ed25519, of 32 bytes; nil when it has another length.
    public init?(ed25519 bytes: [UInt8]) {
        guard bytes.count == 32 else { return nil }
        let key = unsafe EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nil, bytes, bytes.count)
        TLSErrorQueue.clear()
        guard let key = unsafe key else { return nil }
        unsafe pointer = unsafe key
        algorithm = .edDSA
    }

    deinit { unsafe EVP_PKEY_free(pointer) }

    /// Whether `signature`, in the form of RFC 7518 or RFC 8037, is the key's of `message`.
    ///
    /// - Complexity: one public operation; 8192 bits of RSA take the longest.
    public func verifies(_ signature: [UInt8], of message: [UInt8]) -> Bool {
        let bytes: [UInt8]
        switch algorithm {
        case .rs256: bytes = signature
        case .es256:
            guard let encoded = ECDSASignature.encoded(signature) else { return false }
            bytes = encoded
        case .edDSA:
            guard signature.count == 64 else { return false }
            bytes = signature
        }
        guard let context = unsafe EVP_MD_CTX_new() else {
            preconditionFailure("there is memory to verify a signature")
        }
        defer {
            unsafe EVP_MD_CTX_free(context)
            // A signature that does not verify leaves an error behind.
            TLSErrorQueue.clear()
        }
        // Ed25519 hashes by itself.
        let digest = algorithm == .edDSA ? nil : "SHA256"
        guard
            unsafe EVP_DigestVerifyInit_ex(context, nil, digest, nil, nil, pointer, nil) == 1
        else { return false }
        return unsafe EVP_DigestVerify(context, bytes, bytes.count, message, message.count) == 1
    }
}

extension SignatureKey {
    private static func rsa(_ modulus: [UInt8], _ exponent: [UInt8]) -> OpaquePointer? {
        // OpenSSL reads numbers in the machine's order, little endian.
        var modulus = Array(modulus.reversed())
        var exponent = Array(exponent.reversed())
        var names = (Array("n".utf8CString), Array("e".utf8CString))
        return unsafe modulus.withUnsafeMutableBufferPointer { modulus in
            unsafe exponent.withUnsafeMutableBufferPointer { exponent in
                unsafe names.0.withUnsafeMutableBufferPointer { modulusName in
                    unsafe names.1.withUnsafeMutableBufferPointer { exponentName in
                        unsafe key(
                            "RSA",
                            [
                                OSSL_PARAM_construct_BN(
                                    modulusName.baseAddress,
                                    modulus.baseAddress,
                                    modulus.count
                                ),
                                OSSL_PARAM_construct_BN(
                                    exponentName.baseAddress,
                                    exponent.baseAddress,
                                    exponent.count
                                ),
                                OSSL_PARAM_construct_end(),
                            ]
                        )
                    }
                }
            }
        }
    }

    private static func p256(_ point: [UInt8]) -> OpaquePointer? {
        var point = point
        var curve = Array("P-256".utf8CString)
        var names = (Array("group".utf8CString), Array("pub".utf8CString))
        return unsafe point.withUnsafeMutableBufferPointer { point in
            unsafe curve.withUnsafeMutableBufferPointer { curve in
                unsafe names.0.withUnsafeMutableBufferPointer { curveName in
                    unsafe names.1.withUnsafeMutableBufferPointer { pointName in
                        unsafe key(
                            "EC",
                            [
                                OSSL_PARAM_construct_utf8_string(
                                    curveName.baseAddress,
                                    curve.baseAddress,
                                    0
                                ),
                                OSSL_PARAM_construct_octet_string(
                                    pointName.baseAddress,
                                    point.baseAddress,
                                    point.count
                                ),
                                OSSL_PARAM_construct_end(),
                            ]
                        )
                    }
                }
            }
        }
    }

    /// A key of what the parameters say, checked; they are read during the call only.
    private static func key(_ kind: String, _ parameters: [OSSL_PARAM]) -> OpaquePointer? {
        var parameters = unsafe parameters
        guard let making = unsafe EVP_PKEY_CTX_new_from_name(nil, kind, nil) else {
            preconditionFailure("OpenSSL has \(kind)")
        }
        defer {
            unsafe EVP_PKEY_CTX_free(making)
            TLSErrorQueue.clear()
        }
        var key: OpaquePointer?
        guard unsafe EVP_PKEY_fromdata_init(making) == 1,
            unsafe EVP_PKEY_fromdata(making, &key, Int32(bindery_public_key), &parameters) == 1,
            let key = unsafe key
        else { return nil }
        // Of RSA there is nothing to find out that its sizes do not say; a point has to lie on the
        // curve.
        guard unsafe kind == "RSA" || isChecked(key) else {
            unsafe EVP_PKEY_free(key)
            return nil
        }
        return unsafe key
    }

    /// Whether OpenSSL finds no fault with it.
    private static func isChecked(_ key: OpaquePointer) -> Bool {
        guard let checking = unsafe EVP_PKEY_CTX_new_from_pkey(nil, key, nil) else {
            preconditionFailure("there is memory to check a key")
        }
        defer { unsafe EVP_PKEY_CTX_free(checking) }
        return unsafe EVP_PKEY_public_check_quick(checking) == 1
    }
}
