import JSON

extension Operation {
    private static let members: Set<String> = [
        "method", "path", "encoding", "body", "contentType", "query", "headers", "inputSchema",
        "outputSchema", "response", "pagination", "idempotencyHeader", "safe", "errors",
        "description", "title", "docsUrl", "metadata",
    ]

    /// Reads the operation named `id`.
    init(id: OperationID, reading json: JSONValue, at pointer: JSONPointer, issues: IssueList) {
        let reader = ObjectReader(json, at: pointer, issues: issues, members: Self.members)
        reader.require("method")
        reader.require("path")
        let method = reader.choice("method", Method.self) ?? .get
        self.id = id
        self.method = method
        self.path = Self.path(reader)
        self.query = NamedTemplate.list(reader, "query", roots: [.input, .config, .secret])
        self.headers = NamedTemplate.list(reader, "headers", roots: [.input, .config, .secret])
        let content = BodyTemplate.read(reader, method)
        self.body = content.body
        self.encoding = content.encoding
        self.contentType = content.contentType
        self.inputSchema = Self.schema(reader, "inputSchema")
        self.outputSchema = Self.schema(reader, "outputSchema")
        self.idempotencyHeader = Self.idempotencyHeader(reader)
        let isSafe = reader.bool("safe")
        self.isSafe = isSafe ?? (method == .get || method == .head)
        let errors = reader.nested(
            "errors",
            members: ["retryable", "codePointer", "codeHeader", "messagePointer", "when"]
        )
        self.retryableStatuses = Set(errors.flatMap(Self.statuses) ?? [])
        self.errorCodePointer = errors.flatMap { $0.pointer("codePointer") }
        self.errorCodeHeader = errors.flatMap { $0.headerName("codeHeader") }
        self.errorMessagePointer = errors.flatMap { $0.pointer("messagePointer") }
        self.errorSign = errors.flatMap(ErrorSign.read)
        let response = reader.nested("response", members: ["output", "lists"])
        self.output = response.flatMap(Self.output)
        self.outputLists = response.flatMap(Self.lists) ?? []
        self.pagination = Pagination.read(reader, isSafe: self.isSafe)
        if pagination != nil, idempotencyHeader != nil {
            let detail = "stands beside pagination: pages under one key would all be the first"
            reader.error(.invalidValue, "idempotencyHeader", detail)
        }
        _ = reader.string("description")
        _ = reader.freeObject("metadata")
    }

    private static func path(_ reader: ObjectReader) -> Template {
        let place = reader.place("path")
        guard let text = reader.string("path", byteCountMax: 2048) else { return .empty }
        if !text.hasPrefix("/") || text.utf8.contains(where: { $0 <= 0x20 || $0 == 0x23 }) {
            reader.error(.invalidTemplate, "path", "must start with / and hold no space or #")
        }
        let roots: Set<Template.Root> = [.input, .config]
        return Template.read(text, at: place, roots: roots, issues: reader.issues, isPath: true)
            ?? .empty
    }

    private static func schema(_ reader: ObjectReader, _ key: String) -> Schema? {
        guard let source = reader.value(key) else { return nil }
        do {
            return try Schema(compiling: source, at: reader.place(key))
        } catch {
            reader.issues.error(.invalidSchema, at: error.pointer, error.detail)
            return nil
        }
    }

    private static func idempotencyHeader(_ reader: ObjectReader) -> String? {
        reader.headerName("idempotencyHeader")
    }

    private static func statuses(_ errors: ObjectReader) -> [Int]? {
        errors.list("retryable", countMax: 50) { value, place in
            guard let status = ExactNumber(value)?.integer, (400...599).contains(status) else {
                errors.issues.error(.invalidValue, at: place, "must be a status from 400 to 599")
                return nil
            }
            return Int(status)
        }
    }

    /// What becomes of an answer: the member `output` of `response`.
    private static func output(_ response: ObjectReader) -> TemplateTree? {
        response.require("output")
        return response.value("output")
            .map {
                TemplateTree.read(
                    $0,
                    at: response.place("output"),
                    roots: [.response, .input],
                    issues: response.issues
                )
            }
    }

    /// The most lists that one operation names.
    private static let listCountMax = 50

    /// Where lists of an answer in XML stand: the member `lists` of `response`.
    private static func lists(_ response: ObjectReader) -> [JSONPointer]? {
        response.list("lists", countMax: listCountMax) { value, place in
            let text = value.string ?? ""
            guard text.utf8.count <= 512, let pointer = JSONPointer(text), !pointer.tokens.isEmpty
            else {
                let detail = "must be a JSON pointer to elements, such as /Result/Item"
                response.issues.error(.invalidValue, at: place, detail)
                return nil
            }
            return pointer
        }
    }
}

extension ObjectReader {
    /// The name of a header (RFC 9110 section 5.1); nil when absent.
    func headerName(_ key: String) -> String? {
        guard let name = string(key, byteCountMax: 128) else { return nil }
        if !NamedTemplate.isFieldName(name) {
            error(.invalidValue, key, "must be the name of a header")
        }
        return name
    }

    /// The JSON pointer `key`; nil when absent or wrong.
    func pointer(_ key: String) -> JSONPointer? {
        guard let text = string(key, byteCountMax: 512) else { return nil }
        guard let pointer = JSONPointer(text) else {
            error(.invalidValue, key, "must be a JSON pointer, such as /error/code")
            return nil
        }
        return pointer
    }
}

extension Template {
    /// The empty text.
    static let empty = Template(segments: [])

    private init(segments: [Segment]) { self.segments = segments }
}

extension NamedTemplate {
    /// The most headers or query parameters of one operation.
    static let countMax = 64

    /// Whether the text is a field name of RFC 9110 section 5.1.
    public static func isFieldName(_ text: String) -> Bool {
        let symbols = Array("!#$%&'*+-.^_`|~".utf8)
        return !text.isEmpty && text.utf8.count <= 128
            && text.utf8.allSatisfy { IdentifierRule.isAlphanumeric($0) || symbols.contains($0) }
    }

    /// Reads an object of names and templates.
    static func list(
        _ reader: ObjectReader,
        _ key: String,
        roots: Set<Template.Root>
    ) -> [NamedTemplate] {
        guard let object = reader.freeObject(key) else { return [] }
        if object.count > countMax {
            reader.error(.limitExceeded, key, "must hold at most \(countMax) members")
            return []
        }
        return object.compactMap { member in
            let place = reader.place(key).appending(member.key)
            if !isFieldName(member.key), key == "headers" {
                reader.issues.error(.invalidValue, at: place, "must be the name of a header")
            }
            guard let text = scalarText(member.value) else {
                reader.issues.error(.wrongType, at: place, "must be a string, number or boolean")
                return nil
            }
            let issues = reader.issues
            return Template.read(text, at: place, roots: roots, issues: issues)
                .map { NamedTemplate(name: member.key, value: $0) }
        }
    }

    private static func scalarText(_ value: JSONValue) -> String? {
        switch value {
        case .string(let text): text
        case .integer(let number): "\(number)"
        case .decimal(let decimal): decimal.text
        case .bool(let value): value ? "true" : "false"
        default: nil
        }
    }
}
