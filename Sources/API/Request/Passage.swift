import Model
import Platform

/// How far a request came through the middleware: what is counted and logged of it.
struct Passage: Sendable {
    /// The trace that it belongs to.
    var trace: TraceContext?
    /// Its route's place in the table; nil when it found none.
    var route: Int?
    /// Who sent it; nil when it was not found out, or did not matter.
    var credential: CredentialID?
    /// The tenant whose data it was let to.
    var tenant: TenantID?

    init(trace: TraceContext?) { self.trace = trace }
}
