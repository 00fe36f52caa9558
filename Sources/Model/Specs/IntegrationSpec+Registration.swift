import JSON

/// What a spec must fulfil to be registered, beyond what one that is registered already must: a spec
/// that was kept before a rule came is still read.
extension IntegrationSpec {
    /// Refuses what no call could ever be sent with: header fields that are the transfer's own, lines
    /// within a header's value, dot segments of a path, members that the spec's schemas do not have.
    public func checkSendable(_ issues: IssueList) {
        let check = SendableCheck(self, issues)
        if let transport {
            let place = JSONPointer.root.appending("transport")
            check.template(transport.baseURL, at: place.appending("baseUrl"))
            check.headers(transport.headers, at: place.appending("headers"))
        }
        for (index, method) in auth.enumerated() {
            guard case .header(let name, _, _) = method else { continue }
            let place = JSONPointer.root.appending("auth").appending(index)
            check.headerName(name, at: place.appending("headerName"))
        }
        if let versionPolicy {
            let place = JSONPointer.root.appending("versionPolicy")
            check.headerName(versionPolicy.header, at: place.appending("header"))
        }
        for operation in operations.values.sorted(by: { $0.id.text < $1.id.text }) {
            check.operation(operation)
        }
    }
}

/// One walk over the templates of a spec.
private struct SendableCheck {
    /// The header fields that the client of providers writes itself, in lower case.
    private static let ownHeaders: Set<String> = [
        "accept-encoding", "connection", "content-length", "expect", "host", "http2-settings",
        "keep-alive", "proxy-authorization", "proxy-connection", "te", "trailer",
        "transfer-encoding", "upgrade",
    ]

    private let issues: IssueList
    private let secretFields: Set<String>
    /// The members of the merged config; nil when the schema leaves them open.
    private let configFields: Set<String>?

    init(_ spec: IntegrationSpec, _ issues: IssueList) {
        self.issues = issues
        secretFields = spec.secretFields
        configFields = Self.members(of: spec.configSchema)
    }

    /// The members that a closed schema declares; nil when it lets others in, or says so in parts.
    private static func members(of schema: Schema?) -> Set<String>? {
        guard let source = schema?.source.object, source["additionalProperties"] == false else {
            return nil
        }
        let parts = ["$ref", "allOf", "anyOf", "oneOf"]
        guard parts.allSatisfy({ source[$0] == nil }) else { return nil }
        return Set(source["properties"]?.object?.keys ?? [])
    }

    func operation(_ operation: Operation) {
        let place = JSONPointer.root.appending("operations").appending(operation.id.text)
        path(operation.path, at: place.appending("path"))
        headers(operation.headers, at: place.appending("headers"))
        for parameter in operation.query {
            template(parameter.value, at: place.appending("query").appending(parameter.name))
        }
        if let header = operation.idempotencyHeader {
            headerName(header, at: place.appending("idempotencyHeader"))
        }
        if let body = operation.body { tree(body, at: place.appending("body")) }
    }

    func headers(_ headers: [NamedTemplate], at place: JSONPointer) {
        for header in headers {
            let place = place.appending(header.name)
            headerName(header.name, at: place)
            template(header.value, at: place)
            if header.value.segments.contains(where: Self.hasControl) {
                issues.error(.invalidTemplate, at: place, "holds a line end or a control character")
            }
        }
    }

    func headerName(_ name: String, at place: JSONPointer) {
        guard Self.ownHeaders.contains(name.lowercased()) else { return }
        issues.error(.invalidValue, at: place, "\(name) is set by Bindery itself: leave it out")
    }

    func template(_ template: Template, at place: JSONPointer) {
        for reference in template.references { check(reference, at: place) }
    }

    private func tree(_ tree: TemplateTree, at place: JSONPointer) {
        switch tree {
        case .constant: return
        case .text(let template): self.template(template, at: place)
        case .array(let items):
            for (index, item) in items.enumerated() {
                self.tree(item, at: place.appending(index))
            }
        case .object(let members):
            for member in members { self.tree(member.value, at: place.appending(member.key)) }
        }
    }

    private func path(_ template: Template, at place: JSONPointer) {
        self.template(template, at: place)
        // A reference stands for some text: beside it dots are no dot segment yet.
        let text = template.segments.map { segment in
            guard case .literal(let text) = segment else { return "{}" }
            return text
        }
        let plain = text.joined().prefix { $0 != "?" }.lowercased().replacing("%2e", with: ".")
        if plain.split(separator: "/").contains(where: { $0 == "." || $0 == ".." }) {
            issues.error(.invalidTemplate, at: place, "must hold no segment . or ..")
        }
    }

    private func check(_ reference: Template.Reference, at place: JSONPointer) {
        guard let field = reference.path.first else { return }
        switch reference.root {
        case .secret where !secretFields.isEmpty && !secretFields.contains(field):
            let near = Spelling.nearest(to: field, in: Array(secretFields))
            report("secret", field, "secretSchema", near, at: place)
        case .config:
            guard let configFields, !configFields.contains(field) else { return }
            let near = Spelling.nearest(to: field, in: Array(configFields))
            report("config", field, "configSchema", near, at: place)
        case .input, .secret, .response: return
        }
    }

    private func report(
        _ root: String,
        _ field: String,
        _ schema: String,
        _ near: String?,
        at place: JSONPointer
    ) {
        issues.error(
            .invalidTemplate,
            at: place,
            "{{\(root).\(field)}} is no property of the \(schema)",
            suggestion: near.map { "did you mean {{\(root).\($0)}}?" }
        )
    }

    private static func hasControl(_ segment: Template.Segment) -> Bool {
        guard case .literal(let text) = segment else { return false }
        return text.utf8.contains { $0 < 0x20 && $0 != 0x09 || $0 == 0x7F }
    }
}
