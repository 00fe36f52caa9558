import JSON
import Model
import Platform

/// The signature of a request to AWS, as the played provider finds it.
struct RehearsedSignature {
    let method: AWSSigning
    let scene: RehearsalScene
    let request: RecordedRequest

    init(_ method: AWSSigning, _ scene: RehearsalScene, _ request: RecordedRequest) {
        self.method = method
        self.scene = scene
        self.request = request
    }

    /// Whether it is that of what was received, by the made-up key.
    var isRight: Bool {
        guard let text = request.header("authorization"), let time = request.header("x-amz-date"),
            let names = Self.part("SignedHeaders=", of: text),
            // Key, day, region, service, and what ends it.
            let scope = Self.part("Credential=", of: text)?.split(separator: "/"), scope.count == 5
        else { return false }
        let headers = names.split(separator: ";")
            .compactMap { name -> (name: String, value: String)? in
                let value = name == "host" ? request.host : request.header(String(name))
                return value.map { (String(name), $0) }
            }
        let path = request.target.prefix { $0 != "?" }
        let signature = AWSSignature(
            accessKeyID: field(method.accessKeyIDField),
            secretAccessKey: SecretBytes(Array(field(method.secretAccessKeyField).utf8)),
            region: String(scope[2]),
            service: method.service
        )
        let wanted = signature.authorization(
            of: .init(
                method: request.method,
                path: String(path),
                query: String(request.target[path.endIndex...].dropFirst()),
                headers: headers,
                body: request.body
            ),
            at: time
        )
        return text == wanted
    }

    private func field(_ name: String) -> String { scene.secret.fields[name]?.string ?? "" }

    private static func part(_ name: String, of text: String) -> String? {
        text.firstRange(of: name).map { String(text[$0.upperBound...].prefix { $0 != "," }) }
    }

    /// The header without the day and the signature, which are others in each call; nil for a header
    /// that is no signature.
    static func masked(_ value: String) -> String? {
        guard value.hasPrefix(AWSSignature.algorithm),
            let signature = part("Signature=", of: value),
            let scope = part("Credential=", of: value)
        else { return nil }
        var parts = scope.split(separator: "/").map(String.init)
        if parts.count == 5 { parts[1] = "…" }
        return value.replacing(signature, with: "…")
            .replacing(scope, with: parts.joined(separator: "/"))
    }
}
