import JSON

/// Why a value is not one that a setting takes.
struct SettingDefect: Error, Sendable, Hashable {
    /// What is wrong, to stand behind the setting's name; never repeats the value, which may be a
    /// secret in a wrong place.
    let detail: String
    /// The item of a list that is wrong.
    var index: Int?
}

/// How the value of a setting is written: as text in a flag or variable, and as JSON in the file.
struct SettingFormat<Value: Sendable>: Sendable {
    /// The word for the value in the help, such as `DIR`.
    let placeholder: String
    /// What the value must be, such as `an integer from 1 to 10`.
    let rule: String
    /// Whether a flag may be repeated, each time for more items.
    var isList = false
    /// The value as text; empty for none.
    let text: @Sendable (Value) -> String
    /// Reads text; an item of a list stands between commas.
    let fromText: @Sendable (String) throws(SettingDefect) -> Value
    /// Reads a member of the file.
    let fromJSON: @Sendable (JSONValue) throws(SettingDefect) -> Value
}

extension SettingFormat {
    /// A format of one text, which stands in a string of the file.
    static func parsed(
        _ placeholder: String,
        rule: String,
        text: @escaping @Sendable (Value) -> String,
        _ read: @escaping @Sendable (String) -> Value?
    ) -> SettingFormat {
        @Sendable func value(_ text: String?) throws(SettingDefect) -> Value {
            guard let text, let value = read(text) else {
                throw SettingDefect(detail: "must be \(rule)")
            }
            return value
        }
        return SettingFormat(
            placeholder: placeholder,
            rule: rule,
            text: text,
            fromText: { (text) throws(SettingDefect) in try value(text) },
            fromJSON: { (json) throws(SettingDefect) in try value(json.string) }
        )
    }

    /// The same format for a setting that may be left out.
    var optional: SettingFormat<Value?> {
        SettingFormat<Value?>(
            placeholder: placeholder,
            rule: rule,
            text: { $0.map(text) ?? "" },
            fromText: { (text) throws(SettingDefect) in try fromText(text) },
            fromJSON: { (json) throws(SettingDefect) in try fromJSON(json) }
        )
    }

    /// From `countMin` to `countMax` values: an array in the file, where one alone may stand
    /// without brackets.
    func list(countMin: Int = 0, countMax: Int) -> SettingFormat<[Value]> {
        let count = countMin == 0 ? "at most \(countMax)" : "\(countMin) to \(countMax)"
        let rule = "a list of \(count), each \(rule)"
        @Sendable func read<Item>(
            _ items: [Item],
            _ item: (Item) throws(SettingDefect) -> Value
        ) throws(SettingDefect) -> [Value] {
            guard (countMin...countMax).contains(items.count) else {
                throw SettingDefect(detail: "must be \(rule)")
            }
            var values: [Value] = []
            for (index, text) in items.enumerated() {
                do {
                    values.append(try item(text))
                } catch {
                    throw SettingDefect(detail: "item \(index): \(error.detail)", index: index)
                }
            }
            return values
        }
        return SettingFormat<[Value]>(
            placeholder: placeholder,
            rule: rule,
            isList: true,
            text: { $0.map(text).joined(separator: ",") },
            fromText: { (text) throws(SettingDefect) in
                let items = text.split(separator: ",", omittingEmptySubsequences: false)
                return try read(text.isEmpty ? [] : items.map(String.init), fromText)
            },
            fromJSON: { (json) throws(SettingDefect) in
                guard let items = json.array else { return [try fromJSON(json)] }
                return try read(items, fromJSON)
            }
        )
    }
}
