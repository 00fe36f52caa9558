import JSON
import Model
import Secrets

/// The values that templates refer to.
struct TemplateScope {
    let input: JSONValue
    let config: JSONObject
    /// Nil where the call has no secret.
    let secret: Secret?
    /// What an authorization server gave for the secret, where the spec asks for it.
    var token: AccessToken?
    /// The provider's answer; nil before there is one.
    var response: JSONValue?
    /// What stands in the answer's body where it is XML: steps into it go through the elements.
    var responseTree: JSONValue?

    /// The value of a reference; nil when it is missing.
    func value(_ reference: Template.Reference) -> JSONValue? {
        switch reference.root {
        case .input: Self.step(into: input, reference.path[...])
        case .config: Self.step(into: .object(config), reference.path[...])
        case .secret: secretValue(reference.path)
        case .response: responseValue(reference.path)
        }
    }

    /// The body itself is what came; what stands within XML is found by its elements.
    private func responseValue(_ path: [String]) -> JSONValue? {
        if let responseTree, path.count > 1, path[0] == "body" {
            return Self.step(into: responseTree, path.dropFirst())
        }
        return response.flatMap { Self.step(into: $0, path[...]) }
    }

    /// The items of a reference's value; nil when it is missing or no list.
    func list(_ reference: Template.Reference) -> [JSONValue]? { value(reference)?.array }

    private static func step(into value: JSONValue, _ path: ArraySlice<String>) -> JSONValue? {
        var value = value
        for step in path {
            switch value {
            case .object(let object):
                guard let member = object[step] else { return nil }
                value = member
            case .array(let items):
                guard let index = Int(step), items.indices.contains(index) else { return nil }
                value = items[index]
            default: return nil
            }
        }
        return value
    }

    /// A field's text, or what stands inside of a field that is an object.
    private func secretValue(_ path: [String]) -> JSONValue? {
        guard let text = secret?.field(path[0]) else { return nil }
        guard path.count > 1 else { return .string(text) }
        do {
            return Self.step(into: try JSONValue(parsing: text), path.dropFirst())
        } catch {
            // A field that is no JSON has nothing inside.
            return nil
        }
    }

    /// The text of a template, of each reference what `transform` makes of its text; nil when
    /// something it refers to is missing or null.
    func text<Failure: Error>(
        _ template: Template,
        transform: (Template.Reference, String) throws(Failure) -> String
    ) throws(Failure) -> String? {
        var text = ""
        for segment in template.segments {
            switch segment {
            case .literal(let literal): text += literal
            case .reference(let reference):
                guard let value = value(reference), let part = value.templateText else {
                    return nil
                }
                text += try transform(reference, part)
            }
        }
        return text
    }

    /// The first reference of a template that has no value.
    func missing(in template: Template) -> Template.Reference? {
        template.references.first { value($0)?.templateText == nil }
    }

    /// A tree with its references replaced; nil when it is a text of which something is missing.
    func value(_ tree: TemplateTree) -> JSONValue? {
        switch tree {
        case .constant(let value): value
        case .text(let template):
            if let whole = template.whole {
                value(whole)
            } else {
                text(template) { _, text in text }.map { .string($0) }
            }
        case .array(let items): .array(items.compactMap(value))
        case .object(let members):
            .object(
                JSONObject(
                    members.compactMap { member in value(member.value).map { (member.key, $0) } }
                )
            )
        }
    }
}

extension JSONValue {
    /// The value's text inside a longer one: a string as it is, anything else as JSON; nil for null.
    var templateText: String? {
        switch self {
        case .null: nil
        case .string(let text): text
        default: serializedText
        }
    }
}
