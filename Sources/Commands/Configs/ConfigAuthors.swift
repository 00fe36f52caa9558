import Ledger
import Model

/// Who wrote the content of versions, for those who have to approve it.
enum ConfigAuthors {
    /// The authors of a version.
    ///
    /// A version of a ledger that did not keep them yet has those whom the line's history names as its
    /// makers: none when the history has forgotten that step.
    static func of(
        _ version: ConfigVersion,
        on target: ConfigScope,
        _ state: State
    ) -> ContentAuthors {
        if let authors = version.authors { return authors }
        let makers = target.read(state).history
            .filter { $0.version == version.number && $0.from == nil }
            .map(\.actor)
        return ContentAuthors(
            makers.map { maker in
                CredentialID(maker).flatMap { state.credentials[$0]?.value.principal } ?? maker
            }
        )
    }

    /// The authors of a draft that the caller changes.
    ///
    /// - Throws: `TOO_MANY_AUTHORS`.
    static func changed(
        _ version: ConfigVersion,
        on target: ConfigScope,
        _ state: State,
        by caller: Caller
    ) throws(CommandError) -> ContentAuthors {
        let authors = of(version, on: target, state)
        guard let more = authors.adding(caller.credential.principal) else { throw tooMany }
        return more
    }

    /// The authors of what the caller makes of a version: with its content come those who wrote it.
    ///
    /// What was published on this very line was agreed to, and its authors are not those of each
    /// version that is made of it since: else nobody of a small team could approve anything.
    ///
    /// - Throws: `TOO_MANY_AUTHORS`.
    static func copied(
        _ version: ConfigVersion,
        from source: ConfigScope,
        to target: ConfigScope,
        _ state: State,
        by caller: Caller
    ) throws(CommandError) -> ContentAuthors {
        let wasPublished = version.status == .published || version.status == .superseded
        if source.line == target.line, wasPublished {
            return ContentAuthors([caller.credential.principal])
        }
        return try changed(version, on: source, state, by: caller)
    }

    private static let tooMany = CommandError(
        .conflict,
        "TOO_MANY_AUTHORS",
        "The version's content has \(ContentAuthors.countMax) authors, each of whom is kept, since none "
            + "of them can approve it: post the content as a new version."
    )
}
