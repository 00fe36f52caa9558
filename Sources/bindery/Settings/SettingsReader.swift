import JSON
import Model
import Platform

/// Puts the settings together: a flag over a variable over the file over what is built in.
///
/// Every value is checked, also one that another overrides, and everything that is wrong is said at
/// once, each with the setting, where it came from, and the rule.
struct SettingsReader {
    /// The most problems that are told.
    static let problemCountMax = 50
    /// How the names of our variables start.
    static let variablePrefix = "BINDERY_"
    /// The flag that names the settings file.
    static let fileFlag = CommandFlag(
        "--config",
        "FILE",
        help: "The settings file, in JSON. Flags go over variables, variables over the file. "
            + "[BINDERY_CONFIG]"
    )
    /// The variable that names the settings file.
    static let fileVariable = "BINDERY_CONFIG"
    /// Our variables that are no settings.
    static let otherVariables = [fileVariable, BootstrapKey.variable, KeySource.variable]

    var settings = Settings()
    private var sources: [String: SettingSource] = [:]
    private var problems: [String] = []

    /// The flags of a command that takes settings.
    static var flags: [CommandFlag] {
        let settings = Setting.all
            .map { setting in
                let initial = setting.defaultText.isEmpty ? "none" : setting.defaultText
                let help =
                    setting.isReserved
                    ? "Not in this version: \(setting.help)."
                    : "\(setting.help) [default: \(initial)] [\(setting.variable)]"
                return CommandFlag(
                    setting.flag,
                    setting.placeholder,
                    isRepeatable: setting.isList,
                    help: help
                )
            }
        return [fileFlag] + settings
    }

    /// Reads the settings of a call.
    ///
    /// - Throws: A usage failure with a line for each problem.
    static func read(_ call: Command.Call) throws(CommandFailure) -> Settings {
        let path =
            call.arguments.value(of: fileFlag.name) ?? call.environment.text(of: fileVariable)
        var file: SettingsFile?
        if let path { file = try SettingsFile(path: path) }
        return try read(file: file, environment: call.environment, arguments: call.arguments)
    }

    /// Reads the settings of these sources.
    static func read(
        file: SettingsFile?,
        environment: ProcessEnvironment,
        arguments: CommandArguments
    ) throws(CommandFailure) -> Settings {
        var reader = SettingsReader()
        if let file { reader.read(file.root, at: .root, prefix: "", of: file) }
        for setting in Setting.all {
            if environment.names.contains(setting.variable) {
                let value = environment.text(of: setting.variable) ?? ""
                reader.set(setting, .variable(setting.variable), value)
            }
            let values = arguments.values(of: setting.flag)
            guard !values.isEmpty else { continue }
            reader.set(setting, .flag(setting.flag), values.joined(separator: ","))
        }
        reader.checkVariables(environment)
        reader.checkSecrets()
        reader.checkTLS()
        reader.readBootstrapKey(environment)
        guard reader.problems.isEmpty else {
            throw CommandFailure(status: .usage, lines: reader.problems)
        }
        return reader.settings
    }

    // MARK: One value

    private mutating func set(_ setting: Setting, _ source: SettingSource, _ text: String) {
        do {
            try setting.set(text, in: &settings)
            sources[setting.path] = source
        } catch {
            report(source, "\(setting.path) \(error.detail)")
        }
    }

    private mutating func set(
        _ setting: Setting,
        _ json: JSONValue,
        at pointer: JSONPointer,
        of file: SettingsFile
    ) {
        do {
            try setting.set(json, in: &settings)
            sources[setting.path] = file.place(pointer)
        } catch {
            let place = error.index.map { pointer.appending($0) } ?? pointer
            report(file.place(place), "\(setting.path) \(error.detail)")
        }
    }

    private mutating func report(_ source: SettingSource, _ detail: String) {
        if problems.count < Self.problemCountMax { problems.append("\(source): \(detail)") }
    }

    // MARK: The file

    /// Reads a group of the file; `prefix` is its path, with a point at its end.
    private mutating func read(
        _ group: JSONObject,
        at pointer: JSONPointer,
        prefix: String,
        of file: SettingsFile
    ) {
        for member in group {
            let path = prefix + member.key
            let place = pointer.appending(member.key)
            if let setting = Setting.named(path) {
                set(setting, member.value, at: place, of: file)
            } else if Setting.isGroup(path) {
                guard let object = member.value.object else {
                    report(
                        file.place(place),
                        "\(path) must be an object, not \(member.value.typeName)"
                    )
                    continue
                }
                read(object, at: place, prefix: path + ".", of: file)
            } else {
                let nearest = Spelling.nearest(to: path, in: Setting.paths)
                report(file.place(place), Self.unknown("setting \(path)", nearest))
            }
        }
    }

    // MARK: What concerns several

    private mutating func checkVariables(_ environment: ProcessEnvironment) {
        let keys = settings.secrets.localKeyVariable.map { [$0] } ?? []
        let known = Setting.all.map(\.variable) + Self.otherVariables + keys
        let secretPrefixes = [
            SecretSettings().environmentPrefix, settings.secrets.environmentPrefix,
        ]
        for name in environment.names.sorted() where name.hasPrefix(Self.variablePrefix) {
            let isSecret = secretPrefixes.contains { name.hasPrefix($0) }
            guard !isSecret, !known.contains(name) else { continue }
            let nearest = Spelling.nearest(to: name, in: known)
            report(.variable(name), Self.unknown("setting of this name", nearest))
        }
    }

    mutating func reportBroken(_ given: String, _ rule: String) {
        guard let source = sources[given] else { return }
        report(source, "\(given) \(rule)")
    }

    mutating func reportTogether(_ given: String, with other: String) {
        guard let source = sources[given] else { return }
        report(source, "\(given) does not go with \(other): leave one of them out")
    }

    mutating func reportMissing(_ missing: String, beside given: String) {
        // What was refused has been told already.
        guard let source = sources[given] else { return }
        report(source, "\(given) needs \(missing) beside it")
    }

    private mutating func readBootstrapKey(_ environment: ProcessEnvironment) {
        do {
            settings.bootstrapKey = try BootstrapKey.read(environment)
        } catch {
            report(.variable(BootstrapKey.variable), "the bootstrap key \(error.detail)")
        }
    }

    private static func unknown(_ what: String, _ nearest: String?) -> String {
        "there is no \(what)" + (nearest.map { " (did you mean \($0)?)" } ?? "")
    }
}

extension Setting {
    /// The paths of all settings.
    static let paths = all.map(\.path)

    /// The setting at `path`; nil when there is none.
    static func named(_ path: String) -> Setting? { all.first { $0.path == path } }

    /// Whether settings stand below `path`.
    static func isGroup(_ path: String) -> Bool { paths.contains { $0.hasPrefix(path + ".") } }
}
