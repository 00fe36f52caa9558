import TLSTesting
import Testing

@testable import Platform

/// What is said of files that cannot be used.
@Suite struct TLSFileTests {
    private let folder: TestCertificateFolder
    private let authority = TestCertificate.authority()

    init() throws { folder = try TestCertificateFolder() }

    private func failure(_ certificate: String, _ key: String) -> String? {
        do throws(TLSFileError) {
            let identity = try TLSIdentity(certificateFile: certificate, keyFile: key)
            _ = try TLSContext(identities: [identity])
            return nil
        } catch {
            return error.message
        }
    }

    @Test func `certificate, chain and key may be one file`() throws {
        let certificate = authority.issue()
        let all = certificate.keyPEM + certificate.pem + authority.pem
        let file = try folder.write("all.pem", all)
        #expect(failure(file, file) == nil)
    }

    @Test func `a key that is not the certificate's is named with both files`() throws {
        let (one, _) = try folder.write(authority.issue(), as: "one")
        let (_, key) = try folder.write(authority.issue(), as: "two")
        #expect(
            failure(one, key) == "the key in \(key) is not the key of the certificate in \(one)"
        )
    }

    @Test func `an encrypted key is told`() throws {
        let certificate = authority.issue()
        let (file, _) = try folder.write(certificate)
        let key = try folder.write("secret.key", certificate.keyPEM(passphrase: "open sesame"))
        let message = try #require(failure(file, key))
        #expect(message.hasPrefix("the key in \(key) is encrypted"))
        #expect(!message.contains("sesame") && !message.contains("BEGIN"))
    }

    @Test func `a missing file is told`() throws {
        let (file, key) = try folder.write(authority.issue())
        let none = folder.path + "/none"
        #expect(failure(none, key) == "look at \(none): No such file or directory")
        #expect(failure(file, none) == "look at \(none): No such file or directory")
    }

    @Test func `a folder is no file`() throws {
        let (_, key) = try folder.write(authority.issue())
        #expect(failure(folder.path, key)?.contains("as a regular file") == true)
    }

    @Test func `a file without a certificate, or without a key, is told`() throws {
        let (file, key) = try folder.write(authority.issue())
        let empty = try folder.write("empty", "")
        #expect(failure(key, key) == "\(key) holds no certificate (in PEM)")
        #expect(failure(empty, key) == "\(empty) holds no certificate (in PEM)")
        #expect(failure(file, file) == "\(file) holds no private key (in PEM)")
    }

    @Test func `a damaged certificate is told, also behind a good one`() throws {
        let certificate = authority.issue()
        let (_, key) = try folder.write(certificate)
        let begin = "-----BEGIN CERTIFICATE-----\n"
        let damaged = begin + "AAAA\n-----END CERTIFICATE-----\n"
        for text in [damaged, certificate.pem + damaged, certificate.pem + begin + "AA"] {
            let file = try folder.write("damaged.pem", text)
            #expect(failure(file, key) == "\(file) holds a damaged certificate")
        }
    }

    @Test func `a key that is too short is refused by its file`() throws {
        let weak = authority.issue { content in content.rsaBitCount = 1024 }
        let (file, key) = try folder.write(weak)
        #expect(failure(file, key) == "the certificate in \(file) is refused: ee key too small")
    }

    @Test func `an RSA key of 2048 bits is good`() throws {
        let (file, key) = try folder.write(authority.issue { $0.rsaBitCount = 2048 })
        #expect(failure(file, key) == nil)
    }

    @Test func `a file of authorities without a certificate is told`() throws {
        let (_, key) = try folder.write(authority.issue())
        let error = #expect(throws: TLSFileError.self) { try TLSAuthorities(file: key) }
        #expect(error?.cause == .noCertificate)
    }

    @Test func `a certificate is read with its names and times`() throws {
        let issued = authority.issue("a", names: ["DNS:A.example", "IP:127.0.0.1", "IP:::1"]) {
            $0.validity = -10...90
        }
        let certificate = try folder.identity(issued).certificate
        #expect(certificate.subject == "CN=a")
        #expect(certificate.names == ["DNS:a.example", "IP:127.0.0.1", "IP:::1"])
        #expect(certificate.notAfter - certificate.notBefore == 100)
        #expect(certificate.fingerprint.count == 64)
    }
}
