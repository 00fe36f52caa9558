import JSON
import Platform

/// What a spec sent when that was found right: a file that later rehearsals are held against.
struct RehearsalGolden: Sendable {
    /// The largest file that is read, in bytes.
    private static let byteCountMax = 16 << 20

    /// Where it is.
    let path: String

    /// The file of a spec, `<key>.json`, in a folder.
    init(_ rehearsal: SpecRehearsal, in folder: String) {
        let key = rehearsal.name.prefix { $0 != "@" }
        path = "\(folder)/\(key).json"
    }

    /// Writes the file anew unless it says the same; answers whether it was written.
    func update(_ rehearsal: SpecRehearsal) throws(CommandFailure) -> Bool {
        let wanted = rehearsal.golden.prettySerialized() + [0x0A]
        do throws(SystemError) {
            if try current() == wanted { return false }
            let slash = path.lastIndex(of: "/") ?? path.startIndex
            try Folder(String(path[..<slash])).create()
            let file = try File(path, for: .readWrite, creating: .ifMissing)
            try file.truncate(to: 0)
            try file.write(wanted.span, at: 0)
            try file.close()
            return true
        } catch {
            throw .failed(error.message)
        }
    }

    /// How the rehearsal differs from the file.
    func differences(from rehearsal: SpecRehearsal) throws(CommandFailure) -> [RehearsalFinding] {
        do {
            guard let bytes = try current() else {
                return [finding("", "there is no \(path): --update writes it")]
            }
            let known = try JSONValue(parsing: bytes)
            return Self.differences(known, rehearsal.golden, [])
                .map { finding($0.pointer, $0.detail) }
        } catch let error as SystemError {
            throw .failed(error.message)
        } catch let error as JSONError {
            throw .failed("\(path)#\(error.pointer.text): byte \(error.offset): \(error.detail)")
        } catch {
            throw .failed("\(path): \(error)")
        }
    }

    private func finding(_ pointer: String, _ detail: String) -> RehearsalFinding {
        RehearsalFinding(operation: nil, member: "\(path)#\(pointer)", detail: detail)
    }

    private func current() throws(SystemError) -> [UInt8]? {
        do {
            return try File.contents(of: path, byteCountMax: Self.byteCountMax)
        } catch {
            guard error.isMissingFile else { throw error }
            return nil
        }
    }

    private static func differences(
        _ old: JSONValue,
        _ new: JSONValue,
        _ path: [String]
    ) -> [(pointer: String, detail: String)] {
        if old == new { return [] }
        let place = "/" + path.joined(separator: "/")
        guard let before = old.object, let after = new.object else {
            let detail = "was \(shown(old)), is \(shown(new))"
            return [(place, detail)]
        }
        let names = before.keys + after.keys.filter { !before.contains($0) }
        return names.flatMap { name -> [(pointer: String, detail: String)] in
            switch (before[name], after[name]) {
            case (let old?, let new?): return differences(old, new, path + [name])
            case (_?, nil): return [(place + "/" + name, "is gone")]
            default: return [(place + "/" + name, "is new")]
            }
        }
    }

    private static func shown(_ value: JSONValue) -> String {
        let text = value.serializedText
        return text.count <= 120 ? text : text.prefix(119) + "…"
    }
}

extension SpecRehearsal {
    /// The requests, as a file keeps them.
    var golden: JSONValue {
        var operations = JSONObject()
        for entry in entries {
            var takes = operations[entry.operation]?.object ?? [:]
            takes[entry.take.rawValue] = ["input": entry.input, "request": entry.request]
            operations[entry.operation] = .object(takes)
        }
        var golden: JSONObject = ["spec": .string(name), "operations": .object(operations)]
        golden["healthCheck"] = healthCheck
        return .object(golden)
    }
}
