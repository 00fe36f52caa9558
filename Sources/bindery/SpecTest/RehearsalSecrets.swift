import JSON
import Model
import Platform
import Secrets
import Synchronization

/// The made-up secrets of the specs that are rehearsed, each under its connection's reference.
final class RehearsalSecrets: SecretStore {
    private let secrets = Mutex<[String: JSONObject]>([:])

    /// Keeps a secret at the path of a reference.
    func keep(_ secret: JSONObject, at path: String) { secrets.withLock { $0[path] = secret } }

    func read(_ reference: SecretReference) async throws(SecretError) -> SecretBytes {
        guard let secret = secrets.withLock({ $0[reference.path] }) else {
            throw SecretError(.notFound, reference, "there is no such secret")
        }
        return SecretBytes(JSONValue.object(secret).serialized())
    }
}
