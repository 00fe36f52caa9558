/// How connections are checked in the background.
public struct HealthSettings: Sendable, Hashable {
    /// Whether they are.
    public var isOn = true
    /// The most checks at the same time.
    public var concurrency = 16
    /// The shortest interval; a spec that asks for a shorter one has this one.
    public var intervalMin = Duration.seconds(10)

    /// The defaults.
    public init() {}
}
