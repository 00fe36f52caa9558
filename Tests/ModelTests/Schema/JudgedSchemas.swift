/// Verdicts of an independent judge: each instance was put to `jsonschema` 4.26.0 for Python (draft
/// 2020-12 with format assertion), which said whether it is valid.
enum JudgedSchemas {
    /// A schema and the instances that were put to it, all as JSON text, one instance a line.
    struct Group: Sendable {
        let schema: String
        let valid: String
        let invalid: String
    }

    static let groups = values + scalars + containers + combinations + formats
}
