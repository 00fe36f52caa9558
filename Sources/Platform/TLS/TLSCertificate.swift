import CShims
import Glibc

/// A certificate (RFC 5280), and what is asked of it.
@safe public final class TLSCertificate: @unchecked Sendable {
    // Unchecked because of the pointer alone: OpenSSL counts its references, guards its caches by
    // locks of its own, and nothing here changes the certificate.
    let pointer: OpaquePointer

    /// The most alternative names that are read; what a certificate has beyond is ignored.
    static let nameCountMax = 256

    /// Takes over a reference.
    init(adopting pointer: OpaquePointer) {
        unsafe self.pointer = unsafe pointer
        names = unsafe Self.readNames(pointer)
    }

    deinit { unsafe X509_free(pointer) }

    /// The subject's distinguished name as RFC 2253 writes it, the most specific part first, such
    /// as `CN=billing,O=Acme`; what is not ASCII is escaped as `\C3\A9`.
    public var subject: String {
        guard let bio = unsafe BIO_new(BIO_s_mem()) else {
            preconditionFailure("there is memory for a name")
        }
        defer { unsafe BIO_free(bio) }
        let name = unsafe X509_get_subject_name(pointer)
        let flags = UInt(bindery_subject_flags)
        unsafe X509_NAME_print_ex(bio, name, 0, flags)
        var bytes: UnsafeMutablePointer<CChar>?
        let count = unsafe bindery_tls_memory(bio, &bytes)
        let text = unsafe UnsafeRawBufferPointer(start: bytes, count: count)
        return unsafe String(decoding: text, as: UTF8.self)
    }

    /// The subject's alternative names with their kind, such as `DNS:a.example`, `IP:127.0.0.1`,
    /// `URI:spiffe://a/b` and `email:a@b.example`; host names in lower case.
    public let names: [String]

    /// The SHA-256 digest of the certificate, in lower-case hexadecimal digits.
    public var fingerprint: String {
        var digest = [UInt8](repeating: 0, count: Digest.byteCount)
        var count: UInt32 = 0
        let status = unsafe X509_digest(pointer, EVP_sha256(), &digest, &count)
        precondition(status == 1, "a certificate can be hashed")
        return Hex.encode(digest)
    }

    /// From when on it is valid, in seconds since 1970 UTC.
    public var notBefore: Int { unsafe Self.seconds(X509_get0_notBefore(pointer)) }

    /// Until when it is valid, in seconds since 1970 UTC.
    public var notAfter: Int { unsafe Self.seconds(X509_get0_notAfter(pointer)) }

    private static func seconds(_ time: UnsafePointer<ASN1_TIME>?) -> Int {
        var parts = unsafe tm()
        guard unsafe ASN1_TIME_to_tm(time, &parts) == 1 else { return 0 }
        return unsafe timegm(&parts)
    }

    private static func readNames(_ pointer: OpaquePointer) -> [String] {
        let found = unsafe X509_get_ext_d2i(pointer, NID_subject_alt_name, nil, nil)
        guard let list = unsafe found.map({ OpaquePointer($0) }) else { return [] }
        defer { unsafe GENERAL_NAMES_free(list) }
        var names: [String] = []
        let count = min(Int(unsafe bindery_tls_names_count(list)), nameCountMax)
        for index in 0..<count {
            let name = unsafe bindery_tls_name(list, Int32(index))
            if let text = unsafe text(of: name) { names.append(text) }
        }
        return names
    }

    private static func text(of name: UnsafeMutablePointer<GENERAL_NAME>?) -> String? {
        var kind: Int32 = 0
        guard let value = unsafe GENERAL_NAME_get0_value(name, &kind),
            [GEN_DNS, GEN_URI, GEN_EMAIL, GEN_IPADD].contains(kind)
        else { return nil }
        let string = unsafe value.assumingMemoryBound(to: ASN1_STRING.self)
        let bytes = unsafe Array(
            UnsafeBufferPointer(
                start: ASN1_STRING_get0_data(string),
                count: Int(ASN1_STRING_length(string))
            )
        )
        if kind == GEN_IPADD { return ipText(bytes).map { "IP:\($0)" } }
        // A name with a NUL or another control character is one that readers see differently.
        guard bytes.allSatisfy({ (0x21...0x7E).contains($0) }) else { return nil }
        let text = String(decoding: bytes, as: UTF8.self)
        switch kind {
        case GEN_DNS: return "DNS:\(text.lowercased())"
        case GEN_URI: return "URI:\(text)"
        default: return "email:\(text)"
        }
    }

    private static func ipText(_ bytes: [UInt8]) -> String? {
        guard bytes.count == 4 || bytes.count == 16 else { return nil }
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        let family = bytes.count == 4 ? AF_INET : AF_INET6
        guard unsafe inet_ntop(family, bytes, &text, socklen_t(text.count)) != nil else {
            return nil
        }
        let written = text.prefix { byte in byte != 0 }.map(UInt8.init(bitPattern:))
        return String(decoding: written, as: UTF8.self)
    }
}
