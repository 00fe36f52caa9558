import JSON
import Platform

/// Reads a file of objects: one entry, `{"objects": […]}`, or one entry a line.
enum ObjectFileReader {
    /// The entries of the file at `path`; what is wrong goes to `report`.
    static func entries(of path: String, _ report: inout CheckReport) -> [ObjectEntry] {
        let bytes: [UInt8]
        do {
            bytes = try File.contents(of: path, byteCountMax: ObjectFiles.byteCountMax)
        } catch {
            report.error(path, "UNREADABLE", error.message)
            return []
        }
        return entries(in: bytes, of: path, &report)
    }

    /// The entries in the content of the file at `path`.
    static func entries(
        in bytes: [UInt8],
        of path: String,
        _ report: inout CheckReport
    ) -> [ObjectEntry] {
        if path.hasSuffix(".ndjson") { return entries(ofLines: bytes, of: path, &report) }
        let json: JSONValue
        do {
            json = try JSONValue(parsing: bytes)
        } catch {
            // A second value behind the first is what NDJSON has on its second line.
            if error.code == .trailingBytes, isFollowedByLine(bytes, before: error.offset) {
                return entries(ofLines: bytes, of: path, &report)
            }
            reportMalformed(error, at: path, &report)
            return []
        }
        guard let object = json.object, object["objects"] != nil else {
            let place = ObjectPlace(file: path, pointer: "")
            return ObjectEntry(json, at: place, report: &report).map { [$0] } ?? []
        }
        return entries(ofSet: object, of: path, &report)
    }

    private static func entries(
        ofSet set: JSONObject,
        of path: String,
        _ report: inout CheckReport
    ) -> [ObjectEntry] {
        for key in set.keys where key != "objects" {
            let place = JSONPointer.root.appending(key).text
            report.error(
                "\(path)#\(place)",
                "UNKNOWN_FIELD",
                "stands beside objects, which is alone"
            )
        }
        guard let items = set["objects"]?.array else {
            report.error("\(path)#/objects", "WRONG_TYPE", "must be an array")
            return []
        }
        var entries: [ObjectEntry] = []
        for (index, item) in items.enumerated() {
            let place = ObjectPlace(file: path, pointer: "/objects/\(index)")
            if let entry = ObjectEntry(item, at: place, report: &report) { entries.append(entry) }
        }
        return entries
    }

    private static func entries(
        ofLines bytes: [UInt8],
        of path: String,
        _ report: inout CheckReport
    ) -> [ObjectEntry] {
        var entries: [ObjectEntry] = []
        let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() {
            guard !line.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) else { continue }
            let place = ObjectPlace(file: "\(path):\(index + 1)", pointer: "")
            do {
                let json = try JSONValue(parsing: line)
                if let entry = ObjectEntry(json, at: place, report: &report) {
                    entries.append(entry)
                }
            } catch {
                reportMalformed(error, at: place.file, &report)
            }
        }
        return entries
    }

    /// Whether a line ends right before `offset`, blanks aside.
    private static func isFollowedByLine(_ bytes: [UInt8], before offset: Int) -> Bool {
        let before = bytes[..<offset].last { $0 != 0x20 && $0 != 0x09 }
        return before == 0x0A
    }

    private static func reportMalformed(
        _ error: JSONError,
        at file: String,
        _ report: inout CheckReport
    ) {
        report.error(
            "\(file)#\(error.pointer.text)",
            "MALFORMED_JSON",
            "byte \(error.offset): \(error.detail)"
        )
    }
}
