import JSON
import Model
import Outbound
import Platform

/// What Vault's answer to the read of an entry means.
struct VaultAnswer {
    private let response: OutboundResponse
    private let reference: SecretReference

    init(_ response: OutboundResponse, of reference: SecretReference) {
        self.response = response
        self.reference = reference
    }

    /// The text of the secret.
    ///
    /// Vault's own words are never repeated, since an answer that was misunderstood may hold
    /// anything.
    func secret() throws(SecretError) -> SecretBytes {
        switch response.status {
        case 200: return try entry()
        case 401, 403: throw error(.forbidden, "Vault does not let this server's token read it")
        case 404: throw error(.notFound, "Vault has no such entry, or its version is deleted")
        case 300..<400: throw error(.unavailable, "Vault points elsewhere (\(response.status))")
        case 400..<500 where response.status != 429 && response.status < 470:
            throw error(.malformed, "Vault refuses the request (\(response.status))")
        default: throw error(.unavailable, "Vault cannot answer (\(response.status))")
        }
    }

    private func entry() throws(SecretError) -> SecretBytes {
        let answer: JSONValue
        do {
            answer = try JSONValue(parsing: response.body)
        } catch {
            throw self.error(.malformed, "Vault's answer is no JSON (\(error.code.rawValue))")
        }
        guard case .object(let fields)? = answer["data"]?["data"] else {
            throw error(.malformed, "Vault's answer is not an entry of the KV engine, version 2")
        }
        guard let field = reference.field else { return Self.bytes(of: .object(fields)) }
        guard let value = fields[field], !value.isNull else {
            throw error(.notFound, "Vault's entry has no such field")
        }
        return Self.bytes(of: value)
    }

    private static func bytes(of value: JSONValue) -> SecretBytes {
        var bytes = value.string.map { Array($0.utf8) } ?? value.serialized()
        return SecretBytes(wiping: &bytes)
    }

    private func error(_ code: SecretError.Code, _ reason: String) -> SecretError {
        SecretError(code, reference, reason)
    }

    /// What a request without an answer means.
    static func failure(_ error: OutboundError, _ reference: SecretReference) -> SecretError {
        switch error.code {
        case .malformedAnswer, .responseTooLarge, .invalidRequest:
            SecretError(.malformed, reference, "Vault: \(error.detail)")
        case .addressRefused, .unreachable, .timeout, .droppedBeforeAnswer, .tls, .cancelled,
            .overloaded:
            SecretError(.unavailable, reference, "Vault: \(error.detail)")
        }
    }
}
