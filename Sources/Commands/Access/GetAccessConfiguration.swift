import JSON

/// Answers where the AuthZEN endpoints are (Authorization API 1.0, section 9).
public struct GetAccessConfiguration: Sendable {
    /// The scheme and host that the client named.
    public let origin: String

    /// A request.
    public init(origin: String) { self.origin = origin }

    private static let paths = [
        ("access_evaluation_endpoint", "/access/v1/evaluation"),
        ("access_evaluations_endpoint", "/access/v1/evaluations"),
        ("search_subject_endpoint", "/access/v1/search/subject"),
        ("search_resource_endpoint", "/access/v1/search/resource"),
        ("search_action_endpoint", "/access/v1/search/action"),
    ]

    /// Carries it out.
    ///
    /// The URLs are below the setting `publicUrl`; without it below what the client named, since
    /// nothing else says how it reaches the server.
    public func run(_ context: CommandContext) -> CommandAnswer {
        let base = context.services.settings.publicURL ?? origin
        var object: JSONObject = ["policy_decision_point": .string(base)]
        for (name, path) in Self.paths { object[name] = .string(base + path) }
        return CommandAnswer(body: .json(.object(object)), revision: context.services.revision)
    }
}
