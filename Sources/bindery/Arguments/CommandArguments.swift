import Model

/// The flags of one call of a command, and their values.
struct CommandArguments: Sendable, Hashable {
    /// The most arguments of one call.
    static let countMax = 10_000

    private var values: [String: [String]] = [:]
    /// The arguments without a flag.
    private(set) var operands: [String] = []
    /// The first argument without a flag.
    var operand: String? { operands.first }

    /// Reads the arguments that follow a command's name.
    ///
    /// A value stands behind its flag, or in the same argument after `=`; one that starts with `-`
    /// stands after `=`, so that a forgotten value does not swallow the next flag.
    ///
    /// - Throws: A usage failure that names the flag.
    init(
        _ arguments: some Sequence<String>,
        flags: [CommandFlag],
        operands: [String] = []
    ) throws(CommandFailure) {
        let known = Dictionary((flags + [.help]).map { ($0.name, $0) }) { first, _ in first }
        var rest = arguments.makeIterator()
        var count = 0
        while let argument = rest.next() {
            count += 1
            guard count <= Self.countMax else { throw .usage("more arguments than are read") }
            if argument == "-h" {
                values[CommandFlag.help.name] = [""]
                continue
            }
            guard argument.hasPrefix("-"), argument != "-" else {
                try take(argument, as: operands)
                continue
            }
            let parts = argument.split(
                separator: "=",
                maxSplits: 1,
                omittingEmptySubsequences: false
            )
            let name = String(parts[0])
            guard let flag = known[name] else { throw Self.unknown(name, known.keys) }
            let attached = parts.count == 2 ? String(parts[1]) : nil
            try add(flag, try Self.value(of: flag, attached) { rest.next() })
        }
    }

    /// Whether the flag was given.
    func isGiven(_ name: String) -> Bool { values[name] != nil }

    /// The value of the flag; nil when it was not given.
    func value(of name: String) -> String? { values[name]?.first }

    /// The values of a flag that may be given several times.
    func values(of name: String) -> [String] { values[name] ?? [] }

    private mutating func take(
        _ argument: String,
        as placeholders: [String]
    ) throws(CommandFailure) {
        guard !placeholders.isEmpty else {
            throw .usage("'\(argument)' is not a flag, and this command takes nothing else")
        }
        let takesMore = placeholders.last?.hasSuffix("...") ?? false
        guard operands.count < placeholders.count || takesMore else {
            let words = placeholders.joined(separator: " and one ")
            throw .usage("'\(argument)' is one too many: this command takes one \(words)")
        }
        operands.append(argument)
    }

    private mutating func add(_ flag: CommandFlag, _ value: String) throws(CommandFailure) {
        guard flag.isRepeatable || values[flag.name] == nil else {
            throw .usage("\(flag.name) is given twice")
        }
        values[flag.name, default: []].append(value)
    }

    private static func value(
        of flag: CommandFlag,
        _ attached: String?,
        next: () -> String?
    ) throws(CommandFailure) -> String {
        guard let placeholder = flag.placeholder else {
            guard attached == nil else { throw .usage("\(flag.name) takes no value") }
            return ""
        }
        if let attached { return attached }
        guard let value = next() else { throw .usage("\(flag.name) needs a value: \(placeholder)") }
        guard !value.hasPrefix("-") || value == "-" else {
            throw .usage(
                "\(flag.name) needs a value: \(placeholder) (one that starts with - is given as "
                    + "\(flag.name)=\(placeholder))"
            )
        }
        return value
    }

    private static func unknown(
        _ name: String,
        _ known: some Collection<String>
    ) -> CommandFailure {
        let nearest = Spelling.nearest(to: name, in: known)
        return .usage("there is no flag \(name)" + (nearest.map { " (did you mean \($0)?)" } ?? ""))
    }
}
