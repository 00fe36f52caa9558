import JSON
import Ledger
import Model

/// Puts a new document in the place of an old one, as all nouns that are documents are written.
enum DocumentWrite {
    /// The stored form of `value`; nil when it says the same as `existing`, so that nothing moves.
    static func stored<Noun: DocumentNoun>(
        _ value: Noun,
        over existing: Stored<Noun>?,
        _ stamp: Ledger.Stamp
    ) -> Stored<Noun>? {
        guard let existing else {
            return Stored(
                value,
                revision: stamp.revision,
                createdAt: stamp.now,
                updatedAt: stamp.now
            )
        }
        if existing.value.document == value.document { return nil }
        // Two texts of one object are one object: order and spelling of numbers move no revision.
        if existing.value.document.object == value.document.object { return nil }
        return Stored(
            value,
            revision: stamp.revision,
            createdAt: existing.createdAt,
            updatedAt: stamp.now
        )
    }

    /// The plan of a put: nothing when it changes nothing.
    ///
    /// `json` is called behind the plan, and must not hold the state that it was planned on: the writes
    /// of a batch, and the thousands of a set, would each keep tables of their own.
    static func plan<Noun: DocumentNoun>(
        _ value: Noun,
        over existing: Stored<Noun>?,
        _ stamp: Ledger.Stamp,
        location: String?,
        json: @escaping @Sendable (Stored<Noun>) -> JSONObject,
        change: (Stored<Noun>) -> Change
    ) -> Ledger.Plan<Written> {
        let new = stored(value, over: existing, stamp)
        guard let shown = new ?? existing else {
            preconditionFailure("what does not exist is stored anew")
        }
        var written = Written(
            kind: existing == nil ? .created : .done,
            revision: shown.revision,
            location: existing == nil ? location : nil
        )
        written.late = (
            LateObject { json(shown) }, existing.map { existing in LateObject { json(existing) } }
        )
        return Ledger.Plan(new.map { [change($0)] } ?? [], answer: written)
    }

    /// The plan of a removal.
    static func removal(of object: JSONObject, _ change: Change) -> Ledger.Plan<Written> {
        Ledger.Plan([change], answer: Written(kind: .nothing, before: object))
    }
}
