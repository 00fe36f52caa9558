import JSON

/// What an operation sends: its body's template, and how that is written.
struct BodyTemplate {
    let encoding: Operation.Encoding
    let body: TemplateTree?
    let contentType: String?

    /// The members of a raw body that is no text, and of a part of a multipart body.
    private static let partMembers: Set<String> = ["text", "base64", "filename", "contentType"]

    /// Reads `encoding`, `body` and `contentType`; each encoding takes the bodies that it can write.
    static func read(_ reader: ObjectReader, _ method: Operation.Method) -> BodyTemplate {
        let named = reader.choice("encoding", Operation.Encoding.self)
        let body = reader.value("body")
            .map {
                TemplateTree.read(
                    $0,
                    at: reader.place("body"),
                    roots: [.input, .config],
                    issues: reader.issues
                )
            }
        let encoding = named ?? (body == nil ? .none : .json)
        let content = BodyTemplate(
            encoding: encoding,
            body: body,
            contentType: contentType(reader, encoding)
        )
        content.check(reader, method)
        return content
    }

    private static func contentType(
        _ reader: ObjectReader,
        _ encoding: Operation.Encoding
    ) -> String? {
        guard let text = reader.string("contentType", byteCountMax: 256) else { return nil }
        if encoding != .raw {
            reader.error(.invalidValue, "contentType", "belongs to the encoding raw alone")
        } else if !isMediaType(text) {
            reader.error(.invalidValue, "contentType", "must be a media type, such as text/csv")
        }
        return text
    }

    private func check(_ reader: ObjectReader, _ method: Operation.Method) {
        guard let body else { return }
        let hasNoBody = method == .get || method == .head
        if encoding == .none || hasNoBody && encoding != .query {
            reader.error(.invalidValue, "body", "a call of this method or encoding has no body")
        }
        switch encoding {
        case .json, .none: break
        case .form, .query:
            if !body.isObject { reader.error(.invalidValue, "body", "a form is an object") }
        case .multipart: Self.checkParts(reader)
        case .raw: Self.checkRaw(reader)
        }
    }

    private static func checkRaw(_ reader: ObjectReader) {
        guard let body = reader.value("body"), body.string == nil else { return }
        let place = reader.place("body")
        guard let object = body.object, object.count == 1, isContent(object) else {
            reader.issues.error(
                .invalidValue,
                at: place,
                "a raw body is a text, or an object of one member, text or base64"
            )
            return
        }
    }

    private static func checkParts(_ reader: ObjectReader) {
        guard let body = reader.value("body")?.object else {
            reader.error(.invalidValue, "body", "the fields of a form are an object")
            return
        }
        for member in body {
            let place = reader.place("body").appending(member.key)
            for part in member.value.array ?? [member.value] {
                checkPart(part, at: place, reader.issues)
            }
            if member.key.isEmpty || !isPartName(member.key) {
                let detail = "a field's name is not empty and has no quote or control character"
                reader.issues.error(.invalidValue, at: place, detail)
            }
        }
    }

    private static func checkPart(_ part: JSONValue, at place: JSONPointer, _ issues: IssueList) {
        if part.array != nil {
            issues.error(.wrongType, at: place, "must be a field, a file, or a list of them")
        }
        guard let object = part.object else { return }
        _ = ObjectReader(part, at: place, issues: issues, members: partMembers)
        if !isContent(object) {
            issues.error(.invalidValue, at: place, "a file has one of the members text and base64")
        }
    }

    private static func isContent(_ object: JSONObject) -> Bool {
        (object["text"] == nil) != (object["base64"] == nil)
    }

    private static func isPartName(_ name: String) -> Bool {
        name.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F && $0 != 0x22 }
    }

    /// Whether the text is a media type (RFC 9110 section 8.3.1), as far as a header needs it.
    static func isMediaType(_ text: String) -> Bool {
        let type = text.prefix { $0 != ";" }
            .split(separator: "/", omittingEmptySubsequences: false)
        let isNamed =
            type.count == 2
            && type.allSatisfy { part in
                NamedTemplate.isFieldName(String(part.filter { $0 != " " }))
            }
        return isNamed && text.utf8.allSatisfy { (0x20...0x7E).contains($0) }
    }
}

extension TemplateTree {
    /// Whether the value is an object.
    fileprivate var isObject: Bool {
        switch self {
        case .object: true
        case .constant(let value): value.object != nil
        default: false
        }
    }
}
