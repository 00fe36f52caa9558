import JSON

/// A list as a table for a person.
enum TableText {
    /// The widest cell, in characters.
    static let cellLengthMax = 60

    /// The lines of the table.
    static func lines(_ items: [JSONValue], _ columns: [ObjectCatalog.Column]) -> [String] {
        let rows = [columns.map(\.heading)] + items.map { item in columns.map { cell(item, $0) } }
        let widths = columns.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            var line = ""
            for (cell, width) in zip(row, widths) {
                line += cell + String(repeating: " ", count: width - cell.count + 2)
            }
            while line.hasSuffix(" ") { line.removeLast() }
            return line
        }
    }

    private static func cell(_ item: JSONValue, _ column: ObjectCatalog.Column) -> String {
        let value = JSONPointer(column.pointer).flatMap { item.at($0) }
        let text: String
        switch value {
        case nil, .null: text = "-"
        case .string(let string): text = string
        case .array(let items):
            text = items.map { $0.string ?? $0.serializedText }.joined(separator: ",")
        case .some(let other): text = other.serializedText
        }
        let plain = PlainText.of(text)
        return plain.count > cellLengthMax ? plain.prefix(cellLengthMax - 1) + "…" : plain
    }
}
