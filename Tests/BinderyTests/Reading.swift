import Platform

@testable import bindery

/// Settings put together for a test.
enum Reading {
    static func settings(
        _ file: String? = nil,
        _ variables: [String: String] = [:],
        _ flags: [String] = []
    ) throws(CommandFailure) -> Settings {
        var content: SettingsFile?
        if let file { content = try SettingsFile(path: "f.json", bytes: Array(file.utf8)) }
        return try SettingsReader.read(
            file: content,
            environment: ProcessEnvironment(variables),
            arguments: CommandArguments(flags, flags: SettingsReader.flags)
        )
    }

    /// What is wrong with the settings; nothing when they are taken.
    static func problems(
        _ file: String? = nil,
        _ variables: [String: String] = [:],
        _ flags: [String] = []
    ) -> [String] {
        do {
            _ = try settings(file, variables, flags)
            return []
        } catch {
            return error.status == .usage ? error.lines : ["not a usage failure"]
        }
    }
}
