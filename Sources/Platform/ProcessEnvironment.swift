import Glibc

/// The variables that the process was started with.
///
/// Holds their names; a value is read when it is asked for, so that secrets among them are not
/// copied by those who look for something else.
public struct ProcessEnvironment: Sendable {
    /// The most variables that are looked at.
    public static let countMax = 10_000

    /// The names of all variables.
    public let names: Set<String>
    private let bytes: @Sendable (String) -> [UInt8]?

    /// Variables given by a caller.
    public init(_ variables: [String: String]) {
        names = Set(variables.keys)
        bytes = { name in variables[name].map { Array($0.utf8) } }
    }

    private init(names: Set<String>) {
        self.names = names
        bytes = { name in SecretEnvironment.bytes(of: name) }
    }

    /// The variable `name` as text; nil when it is not set.
    public func text(of name: String) -> String? {
        bytes(name).map { String(decoding: $0, as: UTF8.self) }
    }

    /// The variable `name` as a secret; nil when it is not set.
    public func secret(of name: String) -> SecretBytes? {
        guard var value = bytes(name) else { return nil }
        return SecretBytes(wiping: &value)
    }

    /// The process's own.
    ///
    /// The process never changes its environment, so that reading it needs no lock.
    public static func current() -> ProcessEnvironment {
        var names: Set<String> = []
        var entry = unsafe environ
        // The list ends with a null pointer, and each text with a zero byte.
        while names.count < countMax, let text = unsafe entry.pointee {
            let length = unsafe strcspn(text, "=")
            let name = unsafe UnsafeBufferPointer(start: text, count: length)
            names.insert(String(decoding: unsafe name.map(UInt8.init(bitPattern:)), as: UTF8.self))
            unsafe entry += 1
        }
        return ProcessEnvironment(names: names)
    }
}
