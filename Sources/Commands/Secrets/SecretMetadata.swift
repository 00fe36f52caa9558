import JSON
import Model

extension SealedSecret {
    /// What the API tells of a secret: everything but the value.
    var metadata: JSONObject {
        [
            "name": .string(name.text), "version": .integer(Int64(clamping: version)),
            "keyId": .string(seal.keyID), "createdAt": .string(createdAt.text),
            "updatedAt": .string(updatedAt.text),
        ]
    }
}
