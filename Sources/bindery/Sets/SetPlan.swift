import JSON

/// What a server says that a set would do, or has done.
struct SetPlan: Sendable, Equatable {
    /// What becomes of an object.
    enum Action: String, CaseIterable { case create, update, delete, unchanged }

    /// One object, and what becomes of it.
    struct Entry: Sendable, Equatable {
        /// What a gate on the way to a live config says.
        struct Gate: Sendable {
            /// Its name, such as `HEALTH`.
            let name: String
            /// Its verdict, such as `passed`.
            let verdict: String
            /// Why; nil where nothing is to be said.
            let reason: String?
        }

        let action: Action
        /// The kind, the id and whose it is, in words.
        let name: String
        /// The places that change, with what was and what comes.
        let values: [JSONValue]
        /// What becomes of a config's bindings; nil for what has none.
        let bindings: [JSONValue]?
        /// Whether more bindings change than are told.
        let bindingsAreCut: Bool
        /// What the gates of a config say; empty for what passes none.
        let gates: [Gate]
        /// Where the server differs from the files and is left as it is.
        let drift: [JSONValue]
        /// The code of what stands in its way, such as `APPROVAL_REQUIRED`; nil for nothing.
        let obstacle: String?

        /// Whether the same becomes of the same object.
        ///
        /// What gates say is no part of it: the server asks them again, and refuses when one fails.
        static func == (one: Entry, other: Entry) -> Bool {
            one.action == other.action && one.name == other.name && one.values == other.values
                && one.bindings == other.bindings && one.bindingsAreCut == other.bindingsAreCut
                && one.drift == other.drift
        }
    }

    /// The objects that change, or differ and are left alone, in the order of the server.
    let entries: [Entry]
    /// How many there are of each.
    let counts: [Action: Int]
    /// How many differ in what is left alone.
    let driftedCount: Int

    /// Reads an answer.
    ///
    /// - Throws: A failure when it is no plan.
    init(_ json: JSONValue) throws(CommandFailure) {
        guard let changes = json["changes"]?.array, json["summary"]?.object != nil else {
            throw .failed("the answer is no plan: is this a Bindery server?")
        }
        entries = changes.compactMap { Entry($0) }
        var counts: [Action: Int] = [:]
        for action in Action.allCases {
            counts[action] = json["summary"]?[action.rawValue]?.integer.map { Int($0) } ?? 0
        }
        self.counts = counts
        driftedCount = json["summary"]?["drifted"]?.integer.map { Int($0) } ?? 0
    }

    /// Whether it changes anything.
    var changesAnything: Bool { entries.contains { $0.action != .unchanged } }

    /// Whether the server differs from the files, in what would change or in what is left alone.
    var differs: Bool { !entries.isEmpty }

    /// What stands in the way of objects, each with its code.
    var obstacles: [(name: String, code: String)] {
        entries.compactMap { entry in entry.obstacle.map { (entry.name, $0) } }
    }

    /// The counts in words.
    var summary: String {
        func count(_ action: Action) -> Int { counts[action] ?? 0 }
        let drifted = driftedCount > 0 ? ", \(driftedCount) with another status" : ""
        let blocked = obstacles.isEmpty ? "" : ", \(obstacles.count) that would be refused"
        return "\(count(.create)) to create, \(count(.update)) to update, "
            + "\(count(.delete)) to delete, \(count(.unchanged)) unchanged\(drifted)\(blocked)"
    }
}

extension SetPlan.Entry {
    /// Reads a change; nil for what neither changes nor differs.
    fileprivate init?(_ json: JSONValue) {
        drift = json["drift"]?.array ?? []
        obstacle = json["blockedBy"]?["code"]?.string
        guard let action = json["action"]?.string.flatMap(SetPlan.Action.init),
            action != .unchanged || !drift.isEmpty
        else { return nil }
        self.action = action
        let owner = json["tenantId"]?.string.map { " of \($0)" } ?? ""
        name = "\(json["kind"]?.string ?? "") \(json["id"]?.string ?? "")\(owner)"
        values = json["values"]?.array ?? []
        bindings = json["bindings"]?.array
        bindingsAreCut = json["bindingsAreCut"] == true
        gates = (json["gates"]?.array ?? [])
            .compactMap { gate in
                guard let name = gate["gate"]?.string, let verdict = gate["verdict"]?.string else {
                    return nil
                }
                return Gate(name: name, verdict: verdict, reason: gate["reason"]?.string)
            }
    }
}
