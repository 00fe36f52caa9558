/// One answer as it came over the wire.
struct WireAnswer: Hashable {
    let status: Int
    let version: String
    /// The fields by their name in lower case.
    private let fields: [String: String]
    var body: [UInt8] = []

    var text: String { String(decoding: body, as: UTF8.self) }

    /// Whether the server said that it closes the connection.
    var closes: Bool { self["connection"] == "close" }

    subscript(name: String) -> String? { fields[name] }

    init(head: ArraySlice<UInt8>) {
        let lines = String(decoding: head, as: UTF8.self).split(separator: "\r\n")
        let words = lines[0].split(separator: " ")
        version = String(words[0])
        status = Int(words[1]) ?? 0
        var fields: [String: String] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ": ", maxSplits: 1, omittingEmptySubsequences: false)
            fields[parts[0].lowercased()] = String(parts[1])
        }
        self.fields = fields
    }
}
