import JSON
import Model
import Outbound
import Platform

/// What an answer of AWS Secrets Manager means.
struct AWSAnswer {
    private let response: OutboundResponse
    private let reference: SecretReference

    init(_ response: OutboundResponse, of reference: SecretReference) {
        self.response = response
        self.reference = reference
    }

    /// The text of the secret; nothing of AWS's own words is repeated but the name of an error that
    /// is known.
    func secret() throws(SecretError) -> SecretBytes {
        guard response.status == 200 else { throw failure() }
        guard let answer = json() else {
            throw error(.malformed, "the answer of AWS is no JSON")
        }
        if let text = answer["SecretString"]?.string { return try field(of: Array(text.utf8)) }
        guard let text = answer["SecretBinary"]?.string, let bytes = Base64.decode(text) else {
            throw error(.malformed, "the answer of AWS has no secret")
        }
        return try field(of: bytes)
    }

    private func field(of text: [UInt8]) throws(SecretError) -> SecretBytes {
        var bytes = text
        guard let name = reference.field else { return SecretBytes(wiping: &bytes) }
        let value: JSONValue
        do {
            value = try JSONValue(parsing: text)
        } catch {
            throw self.error(.malformed, "is no JSON object, and so has no fields")
        }
        guard let found = value[name], !found.isNull else {
            throw error(.notFound, "the secret has no such field")
        }
        bytes = found.string.map { Array($0.utf8) } ?? found.serialized()
        return SecretBytes(wiping: &bytes)
    }

    private func json() -> JSONValue? {
        do {
            return try JSONValue(parsing: response.body)
        } catch {
            return nil
        }
    }

    private func failure() -> SecretError {
        // Such as `com.amazonaws.secretsmanager#ResourceNotFoundException`, or without the start.
        let type = json()?["__type"]?.string?.split(separator: "#").last.map(String.init) ?? ""
        switch type {
        case "ResourceNotFoundException", "InvalidRequestException":
            return error(.notFound, "AWS has no such secret, or it is marked for deletion")
        case "AccessDeniedException", "DecryptionFailure", "UnrecognizedClientException",
            "InvalidSignatureException", "ExpiredTokenException", "InvalidClientTokenId",
            "SignatureDoesNotMatch", "IncompleteSignature", "IncompleteSignatureException",
            "MissingAuthenticationToken", "MissingAuthenticationTokenException",
            "OptInRequired", "NotAuthorized":
            return error(.forbidden, "AWS does not let this server read it (\(type))")
        case "ThrottlingException", "Throttling", "RequestLimitExceeded", "TooManyRequests",
            "TooManyRequestsException", "InternalServiceError", "ServiceUnavailable",
            "RequestExpired", "LimitExceededException":
            return error(.unavailable, "AWS cannot answer (\(type))")
        case "InvalidParameterException", "ValidationException":
            return error(.malformed, "AWS refuses the name (\(type))")
        default: break
        }
        switch response.status {
        case 401, 403: return error(.forbidden, "AWS does not let this server read it")
        case 404: return error(.notFound, "AWS has no such secret")
        case 400..<500 where response.status != 408 && response.status != 429:
            return error(.malformed, "AWS refuses the request (\(response.status))")
        default: return error(.unavailable, "AWS cannot answer (\(response.status))")
        }
    }

    private func error(_ code: SecretError.Code, _ reason: String) -> SecretError {
        SecretError(code, reference, reason)
    }
}
