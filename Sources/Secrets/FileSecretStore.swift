public import Model
public import Platform

/// Secrets in files below one folder: `file://acme/stripe.json`.
///
/// Symbolic links are followed only to files that stand below the folder, too.
public struct FileSecretStore: SecretStore {
    private let root: String

    /// A store of the files below the folder `root`.
    public init(root: String) {
        self.root = root
    }

    /// The file's content, at most `SecretFile.byteCountMax` bytes.
    public func read(
        _ reference: SecretReference,
        for tenant: TenantID
    ) async throws(SecretError) -> SecretBytes {
        guard !reference.path.hasPrefix("/") else {
            throw SecretError(.forbidden, reference, "the path has to be relative to the root")
        }
        do throws(SecretFile.Failure) {
            return try await SecretFile.read(reference.path, under: root)
        } catch {
            throw Self.failure(error, reference)
        }
    }

    private static func failure(
        _ failure: SecretFile.Failure,
        _ reference: SecretReference
    ) -> SecretError {
        switch failure {
        case .notFound: SecretError(.notFound, reference, "there is no such file below the root")
        case .denied:
            SecretError(.forbidden, reference, "the file may not be read, or is outside the root")
        case .tooLarge:
            SecretError(.malformed, reference, "has more than \(SecretFile.byteCountMax) bytes")
        case .system(let error): SecretError(.unavailable, reference, error.message)
        }
    }
}
