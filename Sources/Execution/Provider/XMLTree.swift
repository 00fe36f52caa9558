import JSON

/// An answer in XML as a value that pointers and templates step through.
///
/// The root is the one member of an object: `<R><A>1</A></R>` is `{"R": {"A": "1"}}`. An element with
/// elements is an object of them, any other one its text. Elements of one name beside each other are
/// a list; whether there may be several cannot be seen of one, so that a spec names its lists.
enum XMLTree {
    /// The most elements of one answer.
    static let elementCountMax = 100_000

    /// An element that is not closed yet.
    private struct Open {
        let name: String
        var text: [UInt8] = []
        var names: [String] = []
        var members: [String: [JSONValue]] = [:]

        mutating func add(_ name: String, _ value: JSONValue) {
            if members[name] == nil { names.append(name) }
            members[name, default: []].append(value)
        }

        var value: JSONValue {
            guard !names.isEmpty else { return .string(XMLScanner.unescaped(text)) }
            return .object(
                JSONObject(
                    names.map { name in
                        let values = members[name] ?? []
                        return (name, values.count == 1 ? values[0] : .array(values))
                    }
                )
            )
        }
    }

    /// The value of a whole document.
    ///
    /// - Parameters:
    ///   - bytes: The document.
    ///   - lists: Where elements stand that are a list whether there are many, one or none.
    /// - Returns: The value; nil when it is no XML that is read here, or beyond a bound.
    /// - Complexity: Linear in the bytes.
    static func value(of bytes: [UInt8], lists: [JSONPointer]) -> JSONValue? {
        var scanner = XMLScanner(bytes[...])
        // The first one stands for the document itself.
        var path = [Open(name: "")]
        var count = 0
        while let tag = scanner.next() {
            path[path.count - 1].text += scanner.text
            switch tag {
            case .open(let name, let isEmpty):
                count += 1
                guard count <= elementCountMax, path.count <= XMLScanner.depthMax else {
                    return nil
                }
                if isEmpty {
                    path[path.count - 1].add(name, "")
                } else {
                    path.append(Open(name: name))
                }
            case .close(let name):
                guard path.count > 1, let closed = path.popLast(), closed.name == name else {
                    return nil
                }
                path[path.count - 1].add(name, closed.value)
            }
        }
        guard !scanner.isBroken, path.count == 1, path[0].names.count == 1,
            path[0].members.values.first?.count == 1,
            (path[0].text + scanner.text).allSatisfy(isSpace)
        else { return nil }
        return lists.reduce(path[0].value) { listed($0, $1.tokens[...]) }
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
    }

    /// The value with what stands at the path made a list, in each item of the lists above it.
    private static func listed(_ value: JSONValue, _ path: ArraySlice<String>) -> JSONValue {
        guard let name = path.first else { return value.array == nil ? .array([value]) : value }
        switch value {
        case .array(let items): return .array(items.map { listed($0, path) })
        case .object(var object):
            if let member = object[name] {
                object[name] = listed(member, path.dropFirst())
            } else if path.count == 1 {
                object[name] = .array([])
            }
            return .object(object)
        // An element without elements, which is one of none.
        case .string(let text) where path.count == 1 && text.utf8.allSatisfy(isSpace):
            return .object([name: .array([])])
        default: return value
        }
    }
}
