import Model
import Outbound

/// Makes the URL of a call: the transport's base, the operation's path, the query.
///
/// What a caller or a tenant gives can change neither the host, unless the spec leaves it to the
/// config, nor the number of the path's segments.
struct URLRenderer {
    let scope: TemplateScope

    /// The start of the URL, without a slash at its end.
    func base(_ template: Template) throws(RenderFailure) -> String {
        if let missing = scope.missing(in: template) {
            throw .reference(missing, .missingField, "is needed for the address and is missing")
        }
        var base = ""
        for segment in template.segments {
            switch segment {
            case .literal(let text): base += text
            case .reference(let reference):
                let value = scope.value(reference)?.templateText ?? ""
                base += try part(reference, value, after: base)
            }
        }
        while base.hasSuffix("/") { base.removeLast() }
        guard Self.isBase(base) else {
            let detail = "does not give an http or https URL of a host, without user, query or #"
            guard let reference = template.references.first else {
                throw .spec(detail: "its baseUrl \(detail)")
            }
            throw .reference(reference, .invalidValue, detail)
        }
        return base
    }

    /// An address that is called as it stands, such as a token endpoint: its slash at the end is kept.
    func endpoint(_ template: Template) throws(RenderFailure) -> String {
        guard case .literal(let last) = template.segments.last, last.hasSuffix("/") else {
            return try base(template)
        }
        return try base(template) + "/"
    }

    /// A reference at the start is the address itself; in the authority it may name a host and a
    /// port; behind it, it is one segment of the path.
    private func part(
        _ reference: Template.Reference,
        _ value: String,
        after base: String
    ) throws(RenderFailure) -> String {
        guard let start = base.firstRange(of: "://") else { return value }
        guard !base[start.upperBound...].contains("/") else {
            return PercentEncoding.encode(value, .component)
        }
        guard !value.isEmpty, value.utf8.allSatisfy(Self.isAuthorityByte) else {
            throw .reference(reference, .invalidValue, "must be a part of a host's name")
        }
        return value
    }

    private static func isAuthorityByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x3A, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E: true
        default: false
        }
    }

    private static func isBase(_ text: String) -> Bool {
        guard let scheme = text.firstRange(of: "://"),
            ["http", "https"].contains(text[..<scheme.lowerBound].lowercased())
        else { return false }
        let rest = text[scheme.upperBound...]
        // A second scheme would be one that a reference has put before the spec's own.
        return rest.first != "/" && rest.firstRange(of: "://") == nil
            && !text.contains { "@?#\\".contains($0) } && OutboundRequest.isURL(text)
    }

    /// The operation's path: each reference stays within its segment, or, where the spec lets it
    /// have several, within the path.
    func path(_ template: Template) throws(RenderFailure) -> String {
        if let missing = scope.missing(in: template) {
            throw .reference(missing, .missingField, "is needed for the path and is missing")
        }
        var path = ""
        for segment in template.segments {
            switch segment {
            case .literal(let text): path += PercentEncoding.encode(text, .literalPath)
            case .reference(let reference):
                let value = scope.value(reference)?.templateText ?? ""
                // An empty segment would be another resource: the list instead of its item.
                guard !value.isEmpty else {
                    throw .reference(reference, .invalidValue, "is empty and stands in the path")
                }
                path += PercentEncoding.encode(
                    value,
                    reference.keepsSlashes ? .segments : .component
                )
            }
        }
        try checkSegments(path, of: template)
        return path
    }

    /// A dot segment would climb out of the path, whoever wrote which of its dots.
    private func checkSegments(_ path: String, of template: Template) throws(RenderFailure) {
        let plain = path.prefix { $0 != "?" }.lowercased().replacing("%2e", with: ".")
        guard plain.split(separator: "/").contains(where: { $0 == "." || $0 == ".." }) else {
            return
        }
        guard let reference = template.references.first else {
            throw .spec(detail: "its path holds a dot segment")
        }
        throw .reference(reference, .invalidValue, "makes a dot segment of the path")
    }

    /// The query parameters, encoded; one whose value is missing is left out, a list is repeated.
    func query(_ parameters: [NamedTemplate]) -> [String] {
        parameters.flatMap { parameter -> [String] in
            let name = PercentEncoding.encode(parameter.name, .component)
            if let items = parameter.value.whole.flatMap(scope.list) {
                return items.compactMap(\.templateText)
                    .map { text in
                        name + "=" + PercentEncoding.encode(text, .component)
                    }
            }
            let text = scope.text(parameter.value) { _, text in text }
            return text.map { [name + "=" + PercentEncoding.encode($0, .component)] } ?? []
        }
    }
}
