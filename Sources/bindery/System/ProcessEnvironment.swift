import Glibc

/// The variables that the process was started with.
struct ProcessEnvironment: Sendable {
    /// The most variables that are looked at.
    static let countMax = 10_000

    /// The variables by name; of a name given twice the first one counts, as for `getenv`.
    let variables: [String: String]

    /// Variables given by a caller.
    init(_ variables: [String: String]) { self.variables = variables }

    /// The variable named `name`; nil when it is not set.
    subscript(name: String) -> String? { variables[name] }

    /// Reads the process's own.
    ///
    /// The process never changes its environment, so that reading it needs no lock.
    static func current() -> ProcessEnvironment {
        var variables: [String: String] = [:]
        guard var entry = unsafe environ else { return ProcessEnvironment([:]) }
        // The list ends with a null pointer, and each text with a zero byte.
        while variables.count < countMax, let text = unsafe entry.pointee {
            let pair = unsafe String(cString: text).split(
                separator: "=",
                maxSplits: 1,
                omittingEmptySubsequences: false
            )
            if pair.count == 2, variables[String(pair[0])] == nil {
                variables[String(pair[0])] = String(pair[1])
            }
            unsafe entry += 1
        }
        return ProcessEnvironment(variables)
    }
}
