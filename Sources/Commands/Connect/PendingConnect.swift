import Execution
import JSON
import Ledger
import Model
import Platform
import Secrets

/// A consent that was asked for and has not come back: kept sealed, one for each connection, so that
/// any replica can take its answer and there are no more of them than connections.
struct PendingConnect: Sendable {
    /// How long the answer is waited for.
    static let lifetime = Duration.seconds(600)

    /// The digest of its state.
    let stateDigest: [UInt8]
    /// What it was asked with, but for the state.
    let nonce: String?
    let verifier: String?
    let redirectURI: String
    /// What the connection was when it was asked.
    let spec: SpecID
    let reference: SecretReference
    /// Who asked, as the log and the trail name it, and the key that it has to have still.
    let actor: ChangeActor
    let credential: CredentialID?
    /// When it ends.
    let expiresAt: Timestamp

    init(
        _ consent: Consent,
        _ state: ConnectState,
        _ connection: Connection,
        _ reference: SecretReference,
        by caller: Caller,
        at now: Timestamp
    ) {
        stateDigest = state.digest
        (nonce, verifier, redirectURI) = (consent.nonce, consent.verifier, consent.redirectURI)
        spec = connection.spec
        self.reference = reference
        actor = caller.actor
        credential = caller.storedCredential
        expiresAt = now + Self.lifetime
    }

    /// Whether this state is its own; takes as long for a near miss as for a far one.
    func isOf(_ state: ConnectState) -> Bool {
        SecretComparison.areEqual(state.digest, stateDigest)
    }

    /// What it was asked with.
    func consent(_ state: ConnectState) -> Consent {
        Consent(state: state.text, nonce: nonce, verifier: verifier, redirectURI: redirectURI)
    }

    /// Whether the connection still is the one that it was asked for.
    func isAbout(_ connection: Connection) -> Bool {
        connection.spec == spec && connection.secretReference == reference
    }

    // MARK: As it is kept

    var text: SecretBytes {
        var object: JSONObject = [
            "state": .string(Hex.encode(stateDigest)), "redirectUri": .string(redirectURI),
            "integrationKey": .string(spec.key.text), "version": .string(spec.version.text),
            "secretRef": .string(reference.text), "expiresAt": .string(expiresAt.text),
            "actorType": .string(actor.type), "actorId": .string(actor.id),
        ]
        object["nonce"] = nonce.map { .string($0) }
        object["verifier"] = verifier.map { .string($0) }
        object["credential"] = credential.map { .string($0.text) }
        var bytes = JSONValue.object(object).serialized()
        return SecretBytes(wiping: &bytes)
    }

    /// Reads what was kept; nil when it is something else.
    init?(_ text: SecretBytes) {
        let value: JSONValue
        do {
            value = try text.withText { text in try JSONValue(parsing: text) }
        } catch {
            return nil
        }
        func string(_ key: String) -> String? { value[key]?.string }
        guard let digest = string("state").flatMap(Hex.decode), let uri = string("redirectUri"),
            let key = string("integrationKey").flatMap(IntegrationKey.init),
            let version = string("version").flatMap(ObjectVersion.init(pathSegment:)),
            let reference = string("secretRef").flatMap(SecretReference.init),
            let expiresAt = string("expiresAt").flatMap(Timestamp.init),
            let actorType = string("actorType"), let actorID = string("actorId")
        else { return nil }
        stateDigest = digest
        redirectURI = uri
        spec = SpecID(key: key, version: version)
        self.reference = reference
        self.expiresAt = expiresAt
        actor = ChangeActor(type: actorType, id: actorID)
        nonce = string("nonce")
        verifier = string("verifier")
        credential = string("credential").flatMap(CredentialID.init)
    }
}
