import Foundation
public import Platform

/// A folder of certificates and keys for a test, removed with its last reference.
public final class TestCertificateFolder: Sendable {
    /// The folder.
    public let path: String

    /// Makes one.
    public init() throws {
        let url = FileManager.default.temporaryDirectory
            .appending(path: "bindery-tls-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path
    }

    deinit {
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch {
            // What is left over in the system's temporary folder is the system's to remove.
        }
    }

    /// Writes a file, in one step for whoever reads it; its path.
    @discardableResult
    public func write(_ name: String, _ text: String) throws -> String {
        let file = "\(path)/\(name)"
        try Data(text.utf8).write(to: URL(filePath: file), options: .atomic)
        return file
    }

    /// Writes a certificate, with the chain behind it, and its key; their paths.
    @discardableResult
    public func write(
        _ certificate: TestCertificate,
        chain: [TestCertificate] = [],
        as name: String = "server"
    ) throws -> (certificate: String, key: String) {
        let key = try write("\(name).key", certificate.keyPEM)
        let all = ([certificate] + chain).map(\.pem).joined()
        return (try write("\(name).pem", all), key)
    }

    /// Reads a certificate that was written as an identity.
    public func identity(
        _ certificate: TestCertificate,
        as name: String = "server"
    ) throws -> TLSIdentity {
        let files = try write(certificate, as: name)
        return try TLSIdentity(certificateFile: files.certificate, keyFile: files.key)
    }
}
