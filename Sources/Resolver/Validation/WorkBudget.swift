import Model

/// How much one report, or one access diff, may compare: a bound on work, not on pairs, since one
/// pair of patterns may cost a hundred times what another does.
///
/// Counted in steps of one byte compared; what is no comparison, such as finding a name by its
/// hash, is counted as the number of steps that take as long, from 1 to 4 ns each as measured. A
/// reference, since all analyses of a report draw on it; never shared between tasks.
public final class WorkBudget {
    /// The most steps of one report or diff: about 0.1 seconds of a release build.
    public static let stepCountMax = 30_000_000
    /// What it costs to find or keep a name by its hash.
    static let lookupStepCount = 48

    private(set) var stepCountLeft: Int
    /// Whether something was refused; from then on everything is.
    private(set) var isExceeded = false

    /// A budget of so many steps.
    public init(_ stepCount: Int = WorkBudget.stepCountMax) { stepCountLeft = stepCount }

    /// Whether it has so many steps; taking none.
    func has(_ stepCount: Int) -> Bool { !isExceeded && stepCountLeft >= stepCount }

    /// Whether nothing is left of it, or something was refused.
    public var isUsedUp: Bool { !has(0) }

    /// Takes steps before they are done; false, and nothing may be done, when there are not enough.
    func take(_ stepCount: Int) -> Bool {
        guard has(stepCount) else {
            isExceeded = true
            return false
        }
        stepCountLeft -= stepCount
        return true
    }

    /// Counts steps that had to be done to know how many they are: those of one comparison or one
    /// decision, after which `take` is asked again.
    public func spend(_ stepCount: Int) { stepCountLeft -= stepCount }

    /// Whether the pattern matches the name.
    func matches(_ pattern: Pattern, _ name: String) -> Bool {
        var stepCount = 0
        defer { spend(stepCount) }
        return pattern.matches(name, stepCount: &stepCount)
    }

    /// Whether the one pattern matches all that the other matches.
    func covers(_ outer: Pattern, _ inner: Pattern) -> Bool {
        var stepCount = 0
        defer { spend(stepCount) }
        return outer.covers(inner, stepCount: &stepCount)
    }
}
