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
        /// Where the output is not what the spec says; the call stands all the same.
        let warnings: [Issue]
        /// What follows, of an operation that answers in pages.
        let pageEnd: PageStep.End
    }

    /// The most places of an output that are told of.
    private static let warningCountMax = 10

    /// The most bytes of an error's body that are handed on.
    private static let errorByteCountMax = 65_536
    /// The longest of a provider's codes and ids that is handed on, in characters.
    private static let wordLengthMax = 256
    /// The longest of a provider's own words that are handed on, in characters.
    private static let messageLengthMax = 1024
    /// Credentials that are shorter are not looked for in an answer: they would be found by chance.
    private static let credentialByteCountMin = 8

    private static let requestIDHeaders = [
        "request-id", "x-request-id", "x-amzn-requestid", "x-amz-request-id", "x-ms-request-id",
        "x-correlation-id", "x-trace-id",
    ]

    private let operation: Operation
    private let scope: TemplateScope
    private let page: PageStep
    private let credentials: ValueRedaction
    private let secrets: [String]

    /// A reader of what is answered to a call, whose input an output may refer to.
    init(
        _ operation: Operation,
        _ request: RenderedRequest,
        _ scope: TemplateScope,
        page: PageStep? = nil
    ) {
        self.operation = operation
        self.page = page ?? PageStep(url: request.request.url)
        self.scope = scope
        self.credentials = ValueRedaction(
            request.credentials,
            byteCountMin: Self.credentialByteCountMin
        )
        self.secrets = (scope.secret?.values ?? []) + request.credentials
    }

    /// Takes every secret of the call out of a provider's words; made for errors alone, since to make
    /// it is dear beside the call.
    private var secret: ValueRedaction { ValueRedaction(secrets) }

    /// The provider's answer.
    func read(_ attempt: Attempt) throws(CallFailure.Reason) -> Success {
        switch attempt {
        case .outOfTime: throw .providerTimeout
        case .stream: throw .requestNotSendable(detail: "its answer was asked for as a stream")
        case .failure(let error): throw Self.reason(error)
        case .answer(let response):
            let body = Self.value(response.body)
            let hasErrorSign = operation.errorSign?.stands(in: body) ?? false
            guard (200...299).contains(response.status), !hasErrorSign else {
                throw .providerError(providerError(response))
            }
            let output = output(body, of: response)
            return Success(
                output: output,
                status: response.status,
                requestID: requestID(response),
                warnings: warnings(output),
                pageEnd: operation.pagination.map {
                    PageStep.end($0, after: page, response, body, output)
                } ?? .whole
            )
        }
    }

    /// The answer as JSON, a text as a string, nothing as null.
    ///
    /// It is the provider's word for word, but for the credentials of the call itself: they are
    /// taken out of an answer that echoes them, since the caller may use them and not have them.
    private func output(_ body: JSONValue, of response: OutboundResponse) -> JSONValue {
        guard let template = operation.output else {
            return credentials.isFound(in: response.body) ? credentials.value(body) : body
        }
        var scope = scope
        scope.response = Self.scope(body, of: response)
        return credentials.value(scope.value(template) ?? .null)
    }

    /// What the templates of a mapping see.
    private static func scope(_ body: JSONValue, of response: OutboundResponse) -> JSONValue {
        var headers = JSONObject()
        for header in response.headers where headers[header.name.lowercased()] == nil {
            headers[header.name.lowercased()] = .string(header.value)
        }
        return [
            "status": .integer(Int64(response.status)), "body": body, "headers": .object(headers),
        ]
    }

    /// What the provider did is done: an output that the spec does not know is told, not refused.
    private func warnings(_ output: JSONValue) -> [Issue] {
        guard let schema = operation.outputSchema else { return [] }
        return schema.check(output, at: .root.appending("output"))
            .prefix(Self.warningCountMax)
            .map { Issue(.outputMismatch, .warning, at: $0.pointer, $0.detail) }
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
        let xml = XMLText(whole, of: response)
        let isLong = body.count > Self.errorByteCountMax
        let head = isLong ? JSONValue.string(Self.head(whole.templateText ?? "")) : whole
        return CallFailure.ProviderError(
            status: response.status,
            body: head,
            code: text(whole, xml, at: operation.errorCodePointer, lengthMax: Self.wordLengthMax),
            message: text(
                whole,
                xml,
                at: operation.errorMessagePointer,
                lengthMax: Self.messageLengthMax
            ),
            requestID: requestID(response),
            unreadable: nil
        )
    }

    private func text(
        _ body: JSONValue,
        _ xml: XMLText?,
        at pointer: JSONPointer?,
        lengthMax: Int
    ) -> String? {
        let text = pointer.flatMap { body.at($0)?.templateText ?? xml?.text(at: $0) }
        return text.map { String($0.prefix(lengthMax)) }
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

    /// What a failure of the transfer means to the call.
    static func reason(_ error: OutboundError) -> CallFailure.Reason {
        switch error.code {
        case .addressRefused: return .addressRefused(detail: error.detail)
        case .timeout: return .providerTimeout
        case .unreachable, .droppedBeforeAnswer, .tls, .cancelled:
            return .providerUnreachable(detail: error.detail)
        case .malformedAnswer, .responseTooLarge:
            // It answered, though nothing that can be read: that it was called is certain.
            return .providerError(
                CallFailure.ProviderError(
                    status: error.status,
                    body: .null,
                    code: nil,
                    message: nil,
                    requestID: nil,
                    unreadable: error.detail
                )
            )
        case .invalidRequest: return .requestNotSendable(detail: error.detail)
        case .overloaded: return .overloaded(.callsInFlight)
        }
    }
}

extension Attempt {
    /// Whether the time was over while the provider was asked.
    var isTimeout: Bool {
        if case .failure(let error) = self { error.code == .timeout } else { false }
    }

    /// How the circuit breaker counts it.
    var breakerOutcome: CircuitBreaker.Outcome {
        switch self {
        case .answer(let response): response.status >= 500 ? .failure : .success
        // The time was over before anything was sent, or while waiting between attempts.
        case .outOfTime: .none
        // How its body ends is not known yet; that the provider works is.
        case .stream: .success
        case .failure(let error):
            switch error.code {
            case .unreachable, .timeout, .droppedBeforeAnswer, .tls, .malformedAnswer: .failure
            case .responseTooLarge: .success
            case .addressRefused, .invalidRequest, .cancelled, .overloaded: .none
            }
        }
    }
}
