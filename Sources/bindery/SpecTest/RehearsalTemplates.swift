import JSON
import Model

/// Looks whether an operation's templates and its schema speak of the same input.
struct RehearsalTemplates {
    let spec: IntegrationSpec
    let operation: Operation

    /// Members that are taken and never sent, and references to what cannot be there.
    var findings: [RehearsalFinding] { unused + unknown(.input) + unknown(.config) }

    private var place: String { "/operations/\(operation.id.text)" }

    private func finding(_ member: String, _ detail: String) -> RehearsalFinding {
        RehearsalFinding(operation: operation.id.text, member: member, detail: detail)
    }

    private var unused: [RehearsalFinding] {
        let declared = operation.inputSchema?.source["properties"]?.object?.keys ?? []
        let used = names(.input)
        return declared.filter { !used.contains($0) }
            .map {
                finding(
                    "\(place)/inputSchema/properties/\($0)",
                    "is taken, and nothing that is sent refers to it"
                )
            }
    }

    /// References to members that the schema of their root does not let be.
    private func unknown(_ root: Template.Root) -> [RehearsalFinding] {
        let schema = root == .input ? operation.inputSchema : spec.configSchema
        let source = schema?.source ?? ["additionalProperties": false]
        guard source["additionalProperties"] == false else { return [] }
        let declared = Set(source["properties"]?.object?.keys ?? [])
        let name = root == .input ? "inputSchema" : "configSchema"
        return names(root).subtracting(declared).sorted()
            .map { finding(place, "{{\(root.rawValue).\($0)}} is no property of the \(name)") }
    }

    /// The members of a root that the operation refers to.
    private func names(_ root: Template.Root) -> Set<String> {
        let named = operation.query + operation.headers + (spec.transport?.headers ?? [])
        let trees = [operation.body, operation.output].compactMap { $0 }
        let references =
            operation.path.references + (spec.transport?.baseURL.references ?? [])
            + named.flatMap(\.value.references) + trees.flatMap(Self.references)
        return Set(references.filter { $0.root == root }.compactMap(\.path.first))
    }

    private static func references(_ tree: TemplateTree) -> [Template.Reference] {
        switch tree {
        case .constant: []
        case .text(let template): template.references
        case .array(let items): items.flatMap(references)
        case .object(let members): members.flatMap { references($0.value) }
        }
    }
}
