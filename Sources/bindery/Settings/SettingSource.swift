import JSON

/// Where a setting's value came from.
enum SettingSource: Sendable, Hashable, CustomStringConvertible {
    /// A flag of the command line.
    case flag(String)
    /// A variable of the environment.
    case variable(String)
    /// A member of the settings file.
    case file(path: String, pointer: JSONPointer)

    /// The place as an operator looks for it.
    var description: String {
        switch self {
        case .flag(let name), .variable(let name): name
        case .file(let path, let pointer): "\(path)#\(pointer.text)"
        }
    }
}
