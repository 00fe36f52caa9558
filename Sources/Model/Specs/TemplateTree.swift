public import JSON

/// A JSON value whose strings are templates: the body of an operation.
public indirect enum TemplateTree: Sendable, Hashable {
    /// A value without references.
    case constant(JSONValue)
    case text(Template)
    case array([TemplateTree])
    /// Members in the order written.
    case object([Member])

    /// A member of an object.
    public struct Member: Sendable, Hashable {
        /// The name.
        public let key: String
        /// The value.
        public let value: TemplateTree
    }

    /// Reads the tree; what is no template, or refers to a root out of `roots`, is an error.
    static func read(
        _ value: JSONValue,
        at pointer: JSONPointer,
        roots: Set<Template.Root>,
        issues: IssueList
    ) -> TemplateTree {
        switch value {
        case .string(let text):
            guard let template = Template.read(text, at: pointer, roots: roots, issues: issues),
                !template.references.isEmpty
            else { return .constant(value) }
            return .text(template)
        case .array(let items):
            return .array(
                items.enumerated()
                    .map {
                        read($1, at: pointer.appending($0), roots: roots, issues: issues)
                    }
            )
        case .object(let object):
            return .object(
                object.map { member in
                    let place = pointer.appending(member.key)
                    let value = read(member.value, at: place, roots: roots, issues: issues)
                    return Member(key: member.key, value: value)
                }
            )
        default:
            return .constant(value)
        }
    }
}

extension Template {
    /// Reads a template that may refer to `roots` alone; nil with an error when it is wrong.
    ///
    /// Only in a path do slashes part anything, so that only there a reference may keep them.
    static func read(
        _ text: String,
        at pointer: JSONPointer,
        roots: Set<Root>,
        issues: IssueList,
        isPath: Bool = false
    ) -> Template? {
        do {
            let template = try Template(text)
            for reference in template.references where !roots.contains(reference.root) {
                let allowed = roots.map(\.rawValue).sorted().joined(separator: ", ")
                issues.error(
                    .invalidTemplate,
                    at: pointer,
                    "\(reference.root.rawValue) may not be used here, only: \(allowed)"
                )
            }
            if !isPath, template.references.contains(where: \.keepsSlashes) {
                let detail = "{{+…}} keeps slashes and stands in an operation's path alone"
                issues.error(.invalidTemplate, at: pointer, detail)
            }
            return template
        } catch {
            issues.error(.invalidTemplate, at: pointer, error.detail)
            return nil
        }
    }
}
