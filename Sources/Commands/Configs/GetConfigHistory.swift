import JSON
import Ledger
import Model

/// Answers the steps of a config's versions: who, when, why, newest first.
public struct GetConfigHistory: Sendable {
    /// The line.
    public let target: ConfigScope
    /// The part of the list.
    public let page: PageRequest

    /// A request.
    public init(target: ConfigScope, page: PageRequest) {
        self.target = target
        self.page = page
    }

    /// Carries it out.
    public func run(_ context: CommandContext) throws(CommandError) -> CommandAnswer {
        let state = context.state
        let steps = target.read(state).history
        // Newest first; the key counts down, so that a page goes on where the last one ended.
        let page = Page.of(
            steps.enumerated().reversed(),
            page,
            key: { ListConfigVersions.key(1_000_000_000 - $0.offset) },
            json: { $0.element.json }
        )
        return page.answer(revision: state.revision)
    }
}
