import Audit
import JSON
import Model
import Outbound
import Secrets

/// Makes the result of a call, or its failure, of how the last attempt ended.
struct AnswerReader {
    /// An answer with a status of 200 to 299.
    struct Success {
        let output: JSONValue
        let status: Int
        let requestID: String?
    }

    /// The most bytes of an error's body that are handed on.
    private static let errorByteCountMax = 65_536
    /// The longest of a provider's codes and ids that is handed on, in characters.
    private static let wordLengthMax = 256
    /// Credentials that are shorter are not looked for in an answer: they would be found by chance.
    private static let credentialByteCountMin = 8

    private static let requestIDHeaders = [
        "request-id", "x-request-id", "x-amzn-requestid", "x-amz-request-id", "x-ms-request-id",
        "x-correlation-id", "x-trace-id",
    ]

    private let operation: Operation
    private let credentials: ValueRedaction
    private let secret: ValueRedaction

    init(_ operation: Operation, _ request: RenderedRequest, _ secret: Secret?) {
        self.operation = operation
        self.credentials = ValueRedaction(
            request.credentials,
            byteCountMin: Self.credentialByteCountMin
        )
        self.secret = ValueRedaction((secret?.values ?? []) + request.credentials)
    }

    /// The provider's answer.
    func read(_ attempt: Attempt) throws(CallFailure.Reason) -> Success {
        switch attempt {
        case .outOfTime: throw .providerTimeout
        case .failure(let error): throw Self.reason(error)
        case .answer(let response):
            guard (200...299).contains(response.status) else {
                throw .providerError(providerError(response))
            }
            return Success(
                output: output(response.body),
                status: response.status,
                requestID: requestID(response)
            )
        }
    }

    /// The answer as JSON, a text as a string, nothing as null.
    ///
    /// It is the provider's word for word, but for the credentials of the call itself: they are
    /// taken out of an answer that echoes them, since the caller may use them and not have them.
    private func output(_ body: [UInt8]) -> JSONValue {
        let output = Self.value(body)
        return credentials.isFound(in: body) ? credentials.value(output) : output
    }

    private static func value(_ body: [UInt8]) -> JSONValue {
        guard !body.isEmpty else { return .null }
        do {
            return try JSONValue(parsing: body)
        } catch {
            return .string(String(decoding: body, as: UTF8.self))
        }
    }

    private func providerError(_ response: OutboundResponse) -> CallFailure.ProviderError {
        let body = response.body
        let whole = secret.value(Self.value(body))
        let isLong = body.count > Self.errorByteCountMax
        let head = isLong ? JSONValue.string(Self.head(whole.templateText ?? "")) : whole
        return CallFailure.ProviderError(
            status: response.status,
            body: head,
            code: operation.errorCodePointer.flatMap { whole.at($0)?.templateText }
                .map { String($0.prefix(Self.wordLengthMax)) },
            requestID: requestID(response)
        )
    }

    /// The start of a text, up to the limit, ending with a whole character.
    private static func head(_ text: String) -> String {
        let end = text.utf8.index(
            text.startIndex,
            offsetBy: errorByteCountMax,
            limitedBy: text.endIndex
        )
        guard var end else { return text }
        while end.samePosition(in: text.unicodeScalars) == nil {
            end = text.utf8.index(before: end)
        }
        return String(text[..<end])
    }

    private func requestID(_ response: OutboundResponse) -> String? {
        let found = Self.requestIDHeaders.lazy.compactMap { response.header($0) }.first
        return found.map { secret.text(String($0.prefix(Self.wordLengthMax))) }
    }

    private static func reason(_ error: OutboundError) -> CallFailure.Reason {
        switch error.code {
        case .addressRefused: return .addressRefused(detail: error.detail)
        case .timeout: return .providerTimeout
        case .unreachable, .droppedBeforeAnswer, .tls, .cancelled:
            return .providerUnreachable(detail: error.detail)
        case .malformedAnswer, .responseTooLarge:
            // It answered, though nothing that can be read: that it was called is certain.
            return .providerError(
                CallFailure.ProviderError(
                    status: nil,
                    body: .string(error.detail),
                    code: nil,
                    requestID: nil
                )
            )
        case .invalidRequest: return .requestNotSendable(detail: error.detail)
        case .overloaded: return .overloaded
        }
    }
}

extension Attempt {
    /// How the circuit breaker counts it.
    var breakerOutcome: CircuitBreaker.Outcome {
        switch self {
        case .answer(let response): response.status >= 500 ? .failure : .success
        // The time was over before anything was sent, or while waiting between attempts.
        case .outOfTime: .none
        case .failure(let error):
            switch error.code {
            case .unreachable, .timeout, .droppedBeforeAnswer, .tls, .malformedAnswer: .failure
            case .responseTooLarge: .success
            case .addressRefused, .invalidRequest, .cancelled, .overloaded: .none
            }
        }
    }
}
