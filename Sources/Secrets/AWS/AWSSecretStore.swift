import JSON
public import Model
public import Outbound
public import Platform

/// Secrets in AWS Secrets Manager: `aws-sm://integrations/acme/stripe#apiKey`.
///
/// The path is a secret's name or ARN, its current version is read, and a reference without a field
/// means the whole text. The key that requests are signed with is read anew for each of them.
public struct AWSSecretStore: SecretStore {
    /// The time that one read may take.
    public static let timeout = Duration.seconds(5)
    /// The part of it that the connection may take.
    static let connectTimeout = Duration.seconds(2)
    /// The largest answer that is taken, in bytes; AWS keeps at most 65,536 of a secret.
    static let answerByteCountMax = 1024 * 1024

    /// The time that one read of this store may take.
    var timeout = Self.timeout
    private let settings: SecretsConfiguration.AWS
    private let url: String
    private let host: String
    private let client: OutboundClient
    private let now: @Sendable () -> Timestamp

    /// A store behind the settings' endpoint.
    ///
    /// - Parameters:
    ///   - settings: Region, endpoint and credentials.
    ///   - client: Has to let the endpoint's address pass, which may be the operator's own.
    ///   - now: The time that requests are signed with.
    public init(
        _ settings: SecretsConfiguration.AWS,
        client: OutboundClient,
        now: @escaping @Sendable () -> Timestamp = {
            Timestamp(milliseconds: WallClock.milliseconds())
        }
    ) {
        self.settings = settings
        let base = settings.endpoint ?? "https://secretsmanager.\(settings.region).amazonaws.com"
        let url = base.hasSuffix("/") ? base : base + "/"
        let rest = url.firstRange(of: "://").map { url[$0.upperBound...] } ?? url[...]
        self.url = url
        host = String(rest.prefix { $0 != "/" })
        self.client = client
        self.now = now
    }

    /// The secret's text, or the field that the reference names.
    public func read(
        _ reference: SecretReference,
        for tenant: TenantID
    ) async throws(SecretError) -> SecretBytes {
        let credentials: AWSCredentials
        do throws(AWSCredentials.Failure) {
            credentials = try await settings.place.read()
        } catch {
            throw SecretError(.unavailable, reference, error.detail)
        }
        let response: OutboundResponse
        do throws(OutboundError) {
            response = try await client.send(request(reference, credentials))
        } catch {
            throw Self.failure(error, reference)
        }
        return try AWSAnswer(response, of: reference).secret()
    }

    private func request(
        _ reference: SecretReference,
        _ credentials: AWSCredentials
    ) -> OutboundRequest {
        let body = (["SecretId": .string(reference.path)] as JSONValue).serialized()
        let time = now().basicText
        var headers = [
            (name: "Content-Type", value: "application/x-amz-json-1.1"),
            (name: "Host", value: host), (name: "X-Amz-Date", value: time),
            (name: "X-Amz-Target", value: "secretsmanager.GetSecretValue"),
        ]
        if let token = credentials.sessionToken {
            headers.append((name: "X-Amz-Security-Token", value: token))
        }
        let signature = AWSSignature(
            accessKeyID: credentials.accessKeyID,
            secretAccessKey: credentials.secretAccessKey,
            region: settings.region,
            service: "secretsmanager"
        )
        let path = url.firstRange(of: host).map { String(url[$0.upperBound...]) } ?? "/"
        let authorization = signature.authorization(
            of: .init(method: "POST", path: path, query: "", headers: headers, body: body),
            at: time
        )
        // The client writes `Host` itself, and alike.
        let sent = headers.filter { $0.name != "Host" } + [("Authorization", authorization)]
        return OutboundRequest(
            for: .secret,
            method: "POST",
            url: url,
            headers: sent.map { name, value in
                let isSensitive = name == "Authorization" || name == "X-Amz-Security-Token"
                return OutboundHeader(name, value, isSensitive: isSensitive)
            },
            body: body,
            timeout: timeout,
            connectTimeout: Self.connectTimeout,
            responseByteCountMax: Self.answerByteCountMax
        )
    }

    private static func failure(
        _ error: OutboundError,
        _ reference: SecretReference
    ) -> SecretError {
        switch error.code {
        case .malformedAnswer, .responseTooLarge, .invalidRequest:
            SecretError(.malformed, reference, "AWS: \(error.detail)")
        case .addressRefused, .unreachable, .timeout, .droppedBeforeAnswer, .tls, .cancelled,
            .overloaded:
            SecretError(.unavailable, reference, "AWS: \(error.detail)")
        }
    }
}
