/// Where an object stands in a file of objects.
struct ObjectPlace: Sendable, Hashable {
    /// The file, with the line in NDJSON.
    let file: String
    /// The pointer to the entry within the file or line; empty for the whole of it.
    let pointer: String
    /// The pointer from the entry to its object; empty for a file that is an object itself.
    var objectStep = "/object"

    /// The place of `pointer` within the object.
    func inObject(_ pointer: String) -> String {
        "\(file)#\(self.pointer)\(objectStep)\(pointer)"
    }

    /// The place of `pointer` within the entry.
    func inEntry(_ pointer: String) -> String { "\(file)#\(self.pointer)\(pointer)" }

    /// The entry itself.
    var text: String { pointer.isEmpty ? file : "\(file)#\(pointer)" }
}
