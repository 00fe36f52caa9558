import JSON

/// One schema of a document; other schemas are named by their index.
struct SchemaNode: Sendable {
    /// What it asserts, in the order written.
    var assertions: [SchemaAssertion] = []
    /// The schemas of its properties, in the order written.
    var properties: [(name: String, node: Int)] = []
    /// What stands for an absent property, its own defaults filled in; nil when nothing does.
    var fallback: JSONValue?
    /// Whether a default may be reached from here.
    var leadsToDefault = false

    /// Whether this is the schema `false`.
    var isNever: Bool {
        if case .never? = assertions.first { true } else { false }
    }
}

/// One keyword of a schema, ready to be checked.
enum SchemaAssertion: Sendable {
    /// The schema `false`.
    case never
    case type(SchemaTypes)
    case enumeration(Set<SchemaIdentity>, words: String)
    case constant(SchemaIdentity)
    case pattern(RegularExpression)
    case format(SchemaFormat)
    case count(SchemaCount, Int)
    case range(SchemaRange, JSONValue)
    case properties([ExactText: Int])
    case required([ExactText])
    case additionalProperties(Int, besides: Set<ExactText>)
    case items(Int)
    case all([Int])
    case any([Int])
    case one([Int])
    case not(Int)
    case reference(Int)

    /// The schemas that are applied to the same value.
    var inPlace: [Int] {
        switch self {
        case .all(let nodes), .any(let nodes), .one(let nodes): nodes
        case .not(let node), .reference(let node): [node]
        default: []
        }
    }

    /// The schemas of `inPlace` that a valid value is sure to satisfy: their defaults are its own.
    var certain: [Int] {
        switch self {
        case .all(let nodes): nodes
        case .reference(let node): [node]
        default: []
        }
    }
}

/// The keywords that bound a number of things.
enum SchemaCount: String, Sendable {
    case minLength, maxLength, minItems, maxItems, minProperties, maxProperties

    /// Whether `count` of the things is right.
    func allows(_ count: Int, _ limit: Int) -> Bool {
        switch self {
        case .minLength, .minItems, .minProperties: count >= limit
        case .maxLength, .maxItems, .maxProperties: count <= limit
        }
    }

    /// The rule in words.
    func words(_ limit: Int) -> String {
        switch self {
        case .minLength: "must be at least \(limit) characters long"
        case .maxLength: "must be at most \(limit) characters long"
        case .minItems: "must have at least \(limit) items"
        case .maxItems: "must have at most \(limit) items"
        case .minProperties: "must have at least \(limit) members"
        case .maxProperties: "must have at most \(limit) members"
        }
    }
}

/// The keywords that bound a number.
enum SchemaRange: String, Sendable {
    case minimum, maximum, exclusiveMinimum, exclusiveMaximum

    /// Whether a number that stands so to the limit is right: below 0 is less, above 0 is more.
    func allows(order: Int) -> Bool {
        switch self {
        case .minimum: order >= 0
        case .maximum: order <= 0
        case .exclusiveMinimum: order > 0
        case .exclusiveMaximum: order < 0
        }
    }

    /// The rule in words, up to the limit.
    var words: String {
        switch self {
        case .minimum: "must be at least"
        case .maximum: "must be at most"
        case .exclusiveMinimum: "must be more than"
        case .exclusiveMaximum: "must be less than"
        }
    }
}

/// The types of JSON Schema; a number without a fraction has two.
struct SchemaTypes: OptionSet, Sendable {
    let rawValue: UInt8

    static let null = SchemaTypes(rawValue: 1)
    static let boolean = SchemaTypes(rawValue: 2)
    static let object = SchemaTypes(rawValue: 4)
    static let array = SchemaTypes(rawValue: 8)
    static let number = SchemaTypes(rawValue: 16)
    static let string = SchemaTypes(rawValue: 32)
    static let integer = SchemaTypes(rawValue: 64)

    /// The types by their names in a schema.
    static let named: [(name: String, type: SchemaTypes)] = [
        ("null", .null), ("boolean", .boolean), ("object", .object), ("array", .array),
        ("number", .number), ("string", .string), ("integer", .integer),
    ]

    /// The types of `value`.
    init(of value: JSONValue) {
        switch value {
        case .null: self = .null
        case .bool: self = .boolean
        case .integer: self = [.integer, .number]
        case .decimal(let decimal):
            self = ExactNumber(decimal).isInteger ? [.integer, .number] : .number
        case .string: self = .string
        case .array: self = .array
        case .object: self = .object
        }
    }

    init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The types as words: `string or null`.
    var words: String {
        Self.named.filter { contains($0.type) }.map(\.name).joined(separator: " or ")
    }
}
