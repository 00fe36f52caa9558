import JSON

/// What a spec must fulfil to be registered, beyond what one that is registered already must: a spec
/// that was kept before a rule came is still read.
extension IntegrationSpec {
    /// Refuses what no call could ever be sent with, and what would do harm when it is sent.
    ///
    /// The former: header fields that are the transfer's own, lines within a header's value, dot
    /// segments of a path, fields that the secretSchema does not have. The latter: checks that
    /// write, an idempotency key in the place of a credential, documentation that is no address a
    /// browser may open.
    public func checkRegistrable(_ issues: IssueList) {
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
        let taken = TakenHeaders(self)
        for operation in operations.values.sorted(by: { $0.id.text < $1.id.text }) {
            check.operation(operation)
            if let header = operation.idempotencyHeader {
                let place = JSONPointer.root.appending("operations").appending(operation.id.text)
                taken.check(header, of: operation, at: place.appending("idempotencyHeader"), issues)
            }
        }
        checkProbes(issues)
        DocsURL.check(in: document.object, issues)
    }

    /// What the server calls by itself, as often as it likes, must not change anything.
    private func checkProbes(_ issues: IssueList) {
        func check(_ id: OperationID, _ member: String, _ name: String, _ words: String) {
            guard let operation = operations[id], !operation.isSafe else { return }
            issues.error(
                .invalidValue,
                at: JSONPointer.root.appending(member).appending(name),
                "\(id.text) is a \(operation.method.rawValue) that is not safe: \(words), so that it "
                    + "must be a GET, a HEAD or an operation that says \"safe\": true"
            )
        }
        if let healthCheck {
            let words = "a health check is made again and again"
            check(healthCheck.operation, "healthCheck", "operation", words)
        }
        if let byokSetup {
            let words = "each test and rotation of a connection makes it"
            check(byokSetup.validationOperation, "byokSetup", "validationOperation", words)
        }
    }
}

/// One walk over the templates of a spec.
private struct SendableCheck {
    private let issues: IssueList
    private let secretFields: Set<String>

    init(_ spec: IntegrationSpec, _ issues: IssueList) {
        self.issues = issues
        secretFields = spec.secretFields
    }

    func operation(_ operation: Operation) {
        let place = JSONPointer.root.appending("operations").appending(operation.id.text)
        path(operation.path, at: place.appending("path"))
        headers(operation.headers, at: place.appending("headers"))
        for parameter in operation.query {
            template(parameter.value, at: place.appending("query").appending(parameter.name))
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
        guard TakenHeaders.transfer.contains(name.lowercased()) else { return }
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

    /// Only the secret's fields: a config's member that no schema has is missing, and what is missing
    /// drops its header or parameter.
    private func check(_ reference: Template.Reference, at place: JSONPointer) {
        guard reference.root == .secret, let field = reference.path.first, !secretFields.isEmpty,
            !secretFields.contains(field)
        else { return }
        issues.error(
            .invalidTemplate,
            at: place,
            "{{secret.\(field)}} is no property of the secretSchema",
            suggestion: Spelling.nearest(to: field, in: Array(secretFields))
                .map { "did you mean {{secret.\($0)}}?" }
        )
    }

    private static func hasControl(_ segment: Template.Segment) -> Bool {
        guard case .literal(let text) = segment else { return false }
        return text.utf8.contains { $0 < 0x20 && $0 != 0x09 || $0 == 0x7F }
    }
}
