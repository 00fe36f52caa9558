import JSON
import Model
import Platform

/// Looks whether a request is what its spec and its input promise.
struct RehearsalCheck {
    let scene: RehearsalScene
    let operation: Operation
    let take: RehearsalTake
    let request: RecordedRequest

    /// What is not.
    var findings: [RehearsalFinding] {
        auth + left(from: operation.body) + leftParameters + segments
    }

    private func finding(_ member: String, _ detail: String) -> RehearsalFinding {
        RehearsalFinding(operation: operation.id.text, member: member, detail: detail)
    }

    // MARK: Credentials

    private var auth: [RehearsalFinding] {
        scene.spec.auth.enumerated()
            .compactMap { index, method in
                lands(method) ? nil : finding("/auth/\(index)", "does not stand in the request")
            }
    }

    private func lands(_ method: AuthMethod) -> Bool {
        func field(_ name: String) -> String { scene.secret.fields[name]?.string ?? "" }
        switch method {
        case .bearer(let name): return request.header("authorization") == "Bearer " + field(name)
        case .basic(let user, let password):
            let pair = field(user) + ":" + (password.map(field) ?? "")
            let encoded = Base64.encode(Array(pair.utf8))
            return request.header("authorization") == "Basic " + encoded
        case .header(let header, let prefix, let name):
            return request.header(header.lowercased()) == prefix + field(name)
        case .query(let parameter, let prefix, let name):
            return request.query.contains { $0 == (parameter, prefix + field(name)) }
        case .awsSigV4(let method): return RehearsedSignature(method, scene, request).isRight
        // Its token comes from the provider's own endpoint, which is not played.
        case .oauth2, .webhookSigning, .declared: return true
        }
    }

    // MARK: What is missing is left out

    private var place: String { "/operations/\(operation.id.text)" }

    /// Members of the body that refer to what the input lacks and are there all the same.
    private func left(from body: TemplateTree?) -> [RehearsalFinding] {
        guard let body else { return [] }
        var names: Set<String> = []
        var json = JSONValue.null
        switch operation.encoding {
        case .json:
            do {
                json = try JSONValue(parsing: request.body)
            } catch {
                return [finding("\(place)/body", "is sent as no JSON: \(error.detail)")]
            }
        case .form: names = Set(request.form.map(\.name))
        case .query: names = Set(request.query.map(\.name))
        case .multipart, .raw, .none: return []
        }
        return dropped(body, [])
            .filter { path in
                if operation.encoding == .json {
                    var value: JSONValue? = json
                    for step in path { value = value?[step] }
                    return value != nil
                }
                let rest = path.dropFirst().map { "[\($0)]" }.joined()
                return names.contains((path.first ?? "") + rest)
            }
            .map { path in
                let member = "\(place)/body/" + path.joined(separator: "/")
                return finding(member, "is sent though the input does not have it")
            }
    }

    /// The members, by their paths, that refer to an input that is missing.
    private func dropped(_ tree: TemplateTree, _ path: [String]) -> [[String]] {
        switch tree {
        case .text(let template): isMissing(template) && !path.isEmpty ? [path] : []
        case .object(let members): members.flatMap { dropped($0.value, path + [$0.key]) }
        case .constant, .array: []
        }
    }

    private var leftParameters: [RehearsalFinding] {
        let names = Set(request.query.map(\.name))
        return operation.query
            .filter { isMissing($0.value) && names.contains($0.name) }
            .map {
                finding("\(place)/query/\($0.name)", "is sent though the input does not have it")
            }
    }

    private func isMissing(_ template: Template) -> Bool {
        template.references.contains { reference in
            guard reference.root == .input else { return false }
            var value: JSONValue? = take.input
            for step in reference.path { value = value?[step] }
            return value == nil
        }
    }

    // MARK: The path

    /// A reference never makes more segments of the path than the spec has, nor a query of it.
    private var segments: [RehearsalFinding] {
        guard take.kind == .hostile else { return [] }
        let path = operation.path.segments
            .map { segment in
                switch segment {
                case .literal(let text): text
                case .reference(let reference): reference.keepsSlashes ? "x/x" : "x"
                }
            }
            .joined()
        let base = scene.spec.transport?.baseURL.segments
            .map { segment in
                if case .literal(let text) = segment { text } else { "x" }
            }
            .joined()
        let wanted = ((base ?? "") + path).split(separator: "?")[0].split(separator: "/")
            .dropFirst(2)
        let sent = request.target.prefix { $0 != "?" }.split(separator: "/")
        guard wanted.count != sent.count else { return [] }
        return [finding("\(place)/path", "has \(sent.count) segments in place of \(wanted.count)")]
    }
}
