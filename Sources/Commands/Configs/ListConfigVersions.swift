import JSON
import Ledger
import Model

/// Lists the versions of a config, oldest first.
public struct ListConfigVersions: Sendable {
    /// The line.
    public let target: ConfigScope
    /// The status that is wanted; nil for all.
    public let status: String?
    /// The part of the list.
    public let page: PageRequest

    /// A request.
    public init(target: ConfigScope, status: String?, page: PageRequest) {
        self.target = target
        self.status = status
        self.page = page
    }

    /// Carries it out.
    public func run(_ context: CommandContext) throws(CommandError) -> CommandAnswer {
        let state = context.state
        let versions = target.read(state).versions.values
            .filter { status == nil || $0.value.status.rawValue == status }
            .sorted { $0.value.number < $1.value.number }
        let page = Page.of(
            versions,
            page,
            key: { Self.key($0.value.number) },
            json: { .object($0.json) }
        )
        return page.answer(revision: state.revision)
    }

    /// A number as text that sorts like it.
    static func key(_ number: Int) -> String {
        let digits = "\(number)"
        return String(repeating: "0", count: max(0, 12 - digits.utf8.count)) + digits
    }
}
