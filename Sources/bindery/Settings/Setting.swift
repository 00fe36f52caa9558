import JSON

/// A setting: how it is named in the file, as a flag and as a variable, and how it is read.
struct Setting: Sendable {
    /// Where it stands in the file, such as `limits.bodyBytes`.
    let path: String
    /// The word for its value in the help.
    let placeholder: String
    /// What its value must be.
    let rule: String
    /// The value that it has when nobody sets it, as text; empty for none.
    let defaultText: String
    /// Whether its flag may be repeated.
    let isList: Bool
    /// Whether it is named only to say that it is not there yet.
    let isReserved: Bool
    /// What it is, in sentences.
    let help: String
    private let setText: @Sendable (String, inout Settings) throws(SettingDefect) -> Void
    private let setJSON: @Sendable (JSONValue, inout Settings) throws(SettingDefect) -> Void

    /// A setting that is kept in a member of `Settings`.
    init<Value>(
        _ path: String,
        _ member: any WritableKeyPath<Settings, Value> & Sendable,
        _ format: SettingFormat<Value>,
        help: String
    ) {
        self.path = path
        self.placeholder = format.placeholder
        self.rule = format.rule
        self.defaultText = format.text(Settings()[keyPath: member])
        self.isList = format.isList
        self.isReserved = false
        self.help = help
        self.setText = { (text, settings) throws(SettingDefect) in
            settings[keyPath: member] = try format.fromText(text)
        }
        self.setJSON = { (json, settings) throws(SettingDefect) in
            settings[keyPath: member] = try format.fromJSON(json)
        }
    }

    /// A setting of the contract that this version does not have: to set it is an error.
    init(reserved path: String, _ detail: String) {
        self.path = path
        self.placeholder = "VALUE"
        self.rule = "absent"
        self.defaultText = ""
        self.isList = false
        self.isReserved = true
        self.help = detail
        self.setText = { (_, _) throws(SettingDefect) in throw SettingDefect(detail: detail) }
        self.setJSON = { (_, _) throws(SettingDefect) in throw SettingDefect(detail: detail) }
    }

    /// The flag, such as `--limits-body-bytes`.
    var flag: String { "--" + words.joined(separator: "-") }

    /// The variable, such as `BINDERY_LIMITS_BODY_BYTES`.
    var variable: String { "BINDERY_" + words.joined(separator: "_").uppercased() }

    /// Sets it from a flag or a variable.
    func set(_ text: String, in settings: inout Settings) throws(SettingDefect) {
        try setText(text, &settings)
    }

    /// Sets it from a member of the file.
    func set(_ json: JSONValue, in settings: inout Settings) throws(SettingDefect) {
        try setJSON(json, &settings)
    }

    /// The words of the path in small letters; a capital starts a word.
    private var words: [String] {
        var words: [String] = []
        var word = ""
        var isAfterCapital = false
        for character in path {
            // Of an initialism, as in `clientCA`, only the first capital starts a word.
            if character == "." || (character.isUppercase && !isAfterCapital) {
                words.append(word)
                word = ""
            }
            isAfterCapital = character.isUppercase
            if character != "." { word += character.lowercased() }
        }
        return words + [word]
    }
}
