import JSON
import Model
import Platform

/// The objects of the files that a command was given, in the form of `apply`.
struct SetSource: Sendable {
    /// What names the standard input where a file is named.
    static let inputName = "-"
    /// The flag that names the files.
    static let flag = CommandFlag(
        "-f",
        "DIR",
        isRepeatable: true,
        help: "A folder, a file, or - for the standard input. All of one call are one set."
    )

    /// The objects, in the order of the files' names.
    let entries: [ObjectEntry]
    /// How many files they were in.
    let fileCount: Int

    /// Reads the files.
    ///
    /// - Throws: A failure with a line for each thing that is wrong: FILE#POINTER CODE what.
    init(_ call: Command.Call) throws(CommandFailure) {
        let paths = call.arguments.values(of: Self.flag.name)
        guard !paths.isEmpty else {
            throw .usage("-f DIR says which objects, or -f - that they come")
        }
        guard paths.count(where: { $0 == Self.inputName }) <= 1 else {
            throw .usage("-f -: the standard input is read once")
        }
        var report = CheckReport()
        var entries: [ObjectEntry] = []
        var fileCount = 0
        for path in paths {
            if path == Self.inputName {
                entries += try Self.input(call.console, &report)
                fileCount += 1
                continue
            }
            for file in try ObjectFiles.find(path) {
                entries += ObjectFileReader.entries(of: file, &report)
                fileCount += 1
            }
        }
        guard report.errorCount == 0 else {
            let count = "\(report.errorCount) errors; nothing was sent"
            throw CommandFailure(
                status: .failure,
                lines: report.lines.map(PlainText.of) + [count]
            )
        }
        // Tests are for `check`: no server keeps them.
        self.entries = entries.filter { $0.kind != .policyTest }
        self.fileCount = fileCount
    }

    /// What comes in; nothing at all is no object, as in a file of lines.
    private static func input(
        _ console: Console,
        _ report: inout CheckReport
    ) throws(CommandFailure) -> [ObjectEntry] {
        let bytes: [UInt8]
        do {
            bytes = try console.input(byteCountMax: ObjectFiles.byteCountMax)
        } catch {
            throw .failed(error.message)
        }
        guard bytes.contains(where: { $0 > 0x20 }) else { return [] }
        return ObjectFileReader.entries(in: bytes, of: inputName, &report)
    }

    /// The objects as lines, in their order.
    var body: APIClient.Body {
        var bytes: [UInt8] = []
        for entry in entries {
            entry.json.write(into: &bytes)
            bytes.append(0x0A)
        }
        return APIClient.Body(type: "application/x-ndjson", bytes: bytes)
    }

    /// Where a pointer into the set leads: file, line and pointer within it.
    func place(of pointer: String) -> String {
        guard let tokens = JSONPointer(pointer)?.tokens, tokens.count >= 2, tokens[0] == "objects",
            let index = Int(tokens[1]), entries.indices.contains(index)
        else { return "#\(pointer)" }
        let rest = tokens.dropFirst(2)
        let place = entries[index].place
        func text(_ tokens: some Sequence<String>) -> String {
            tokens.reduce(JSONPointer.root) { $0.appending($1) }.text
        }
        guard rest.first == "object" else { return place.inEntry(text(rest)) }
        let inner = text(rest.dropFirst())
        return inner.isEmpty ? place.text : place.inObject(inner)
    }
}

extension ObjectEntry {
    /// The entry as `apply` takes it.
    ///
    /// An object that stands alone says itself whose it is.
    var json: JSONValue {
        var json: JSONObject = ["kind": .string(kind.rawValue)]
        let said = kind.hasTenant == true ? object["meta"]?["tenantId"]?.string : nil
        json["tenantId"] = (tenant?.text ?? said).map { .string($0) }
        json["object"] = object
        return .object(json)
    }
}
