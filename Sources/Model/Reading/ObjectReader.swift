public import JSON

/// Reads the members of one JSON object strictly: unknown members are errors, wrong types are errors,
/// and every error names its place.
///
/// A reader never stops at the first error: what cannot be read is answered as nil or as a
/// placeholder, and the issue list says what was wrong, so that a user sees all of it at once. A
/// document with errors is never used.
public struct ObjectReader {
    /// Where the object stands.
    public let pointer: JSONPointer
    /// Where errors go.
    public let issues: IssueList
    /// The members as they came.
    public let object: JSONObject

    /// Reads `value` as an object that has no other members than `members`.
    ///
    /// What is no object is an error, and reads as an object without members.
    public init(
        _ value: JSONValue,
        at pointer: JSONPointer,
        issues: IssueList,
        members: Set<String>
    ) {
        self.pointer = pointer
        self.issues = issues
        guard let object = value.object else {
            issues.error(.wrongType, at: pointer, "must be an object, is \(value.typeName)")
            self.object = [:]
            return
        }
        self.object = object
        for key in object.keys where !members.contains(key) {
            guard !SecretScan.looksLikeSecret(key) else {
                let detail = "has a member whose name looks like a secret key"
                issues.error(.secretInConfig, at: pointer, detail)
                continue
            }
            issues.error(
                .unknownField,
                at: pointer.appending(key),
                "there is no such member here",
                suggestion: Spelling.nearest(to: key, in: members).map { "did you mean \($0)?" }
            )
        }
    }

    /// Where the member `key` stands.
    public func place(_ key: String) -> JSONPointer { pointer.appending(key) }

    /// Adds an error about the member `key`.
    public func error(_ code: Issue.Code, _ key: String, _ detail: String) {
        issues.error(code, at: place(key), detail)
    }

    /// The member as it came.
    public func value(_ key: String) -> JSONValue? { object[key] }

    /// The member read by `read`; an absent one is nil, a wrong one an error with these words.
    private func member<T>(
        _ key: String,
        _ words: String,
        code: Issue.Code = .wrongType,
        _ read: (JSONValue) -> T?
    ) -> T? {
        guard let value = object[key] else { return nil }
        if let read = read(value) { return read }
        error(code, key, "must be \(words)")
        return nil
    }

    /// Says that the member must be there, when it is absent.
    public func require(_ key: String) {
        if object[key] == nil { error(.missingField, key, "is required") }
    }

    // MARK: Plain values

    /// A text of at most `byteCountMax` bytes of UTF-8.
    public func string(_ key: String, byteCountMax: Int = 4096) -> String? {
        guard let text = member(key, "a string", { $0.string }) else { return nil }
        guard text.utf8.count <= byteCountMax else {
            error(.limitExceeded, key, "must be at most \(byteCountMax) bytes long")
            return nil
        }
        return text
    }

    /// A truth value.
    public func bool(_ key: String) -> Bool? { member(key, "true or false", { $0.bool }) }

    /// An integer within `range`.
    public func integer(_ key: String, in range: ClosedRange<Int>) -> Int? {
        member(
            key,
            "an integer from \(range.lowerBound) to \(range.upperBound)",
            code: .invalidValue
        ) {
            // As JSON Schema has it, 1.0 is an integer too.
            guard let number = ExactNumber($0)?.integer, let value = Int(exactly: number) else {
                return nil
            }
            return range.contains(value) ? value : nil
        }
    }

    /// An object whose members are free.
    public func freeObject(_ key: String) -> JSONObject? { member(key, "an object", { $0.object }) }

    /// One of the raw values of a closed set.
    public func choice<E: RawRepresentable<String> & CaseIterable>(
        _ key: String,
        _ type: E.Type
    ) -> E? {
        let words = "one of " + E.allCases.map(\.rawValue).joined(separator: ", ")
        return member(key, words, code: .invalidValue) { $0.string.flatMap(E.init(rawValue:)) }
    }

    /// A time in RFC 3339.
    public func timestamp(_ key: String) -> Timestamp? {
        member(key, "a time as RFC 3339 writes it", code: .invalidValue) {
            $0.string.flatMap { Timestamp($0) }
        }
    }

    /// Checks the member as a time, and writes it in `object` as answers do: in UTC.
    public func normalizeTimestamp(_ key: String, in object: inout JSONObject) {
        if let time = timestamp(key) { object[key] = .string(time.text) }
    }

    // MARK: Names

    /// A name.
    public func identifier<Noun>(_ key: String, as: Identifier<Noun>.Type) -> Identifier<Noun>? {
        member(key, IdentifierRule.words, code: .invalidIdentifier) {
            $0.string.flatMap(Identifier<Noun>.init)
        }
    }

    /// A name that must be there; a placeholder with an error when it is not.
    public func requiredIdentifier<Noun>(
        _ key: String,
        as type: Identifier<Noun>.Type
    ) -> Identifier<Noun> {
        require(key)
        return identifier(key, as: type) ?? Identifier(checked: "invalid")
    }

    /// A version.
    public func version(_ key: String) -> ObjectVersion? {
        member(key, ObjectVersion.words, code: .invalidVersion) { ObjectVersion($0) }
    }

    /// A version that must be there; a placeholder with an error when it is not.
    public func requiredVersion(_ key: String) -> ObjectVersion {
        require(key)
        return version(key) ?? .integer(1)
    }

    /// A list of patterns; nil when absent.
    public func patterns(_ key: String) -> [Pattern]? {
        list(key, countMax: Scope.entryCountMax) { value, place in
            guard let pattern = value.string.flatMap(Pattern.init) else {
                issues.error(.invalidPattern, at: place, "must be \(Pattern.words)")
                return nil
            }
            return pattern
        }
    }

    /// A list of texts, each of 1 to `byteCountMax` bytes.
    public func strings(_ key: String, countMax: Int, byteCountMax: Int = 256) -> [String]? {
        list(key, countMax: countMax) { value, place in
            guard let text = value.string, (1...byteCountMax).contains(text.utf8.count) else {
                issues.error(.invalidValue, at: place, "must be 1 to \(byteCountMax) bytes of text")
                return nil
            }
            return text
        }
    }

    /// A list of names.
    public func identifiers<Noun>(
        _ key: String,
        as: Identifier<Noun>.Type,
        countMax: Int
    ) -> [Identifier<Noun>]? {
        list(key, countMax: countMax) { value, place in
            guard let name = value.string.flatMap(Identifier<Noun>.init) else {
                issues.error(.invalidIdentifier, at: place, "must be \(IdentifierRule.words)")
                return nil
            }
            return name
        }
    }

    // MARK: Nested

    /// A list of at most `countMax` items; items that `read` answers nil for are left out.
    public func list<T>(
        _ key: String,
        countMax: Int,
        _ read: (JSONValue, JSONPointer) -> T?
    ) -> [T]? {
        guard let items = member(key, "an array", { $0.array }) else { return nil }
        guard items.count <= countMax else {
            issues.error(
                .limitExceeded,
                at: place(key),
                "must hold at most \(countMax) items, holds \(items.count)",
                suggestion: "take \(items.count - countMax) of them out, or say the same with fewer"
            )
            return nil
        }
        let place = place(key)
        return items.enumerated().compactMap { read($1, place.appending($0)) }
    }

    /// The members of an object whose keys are names, at most `countMax`, in the order written.
    public func map<Noun, T>(
        _ key: String,
        keyedBy: Identifier<Noun>.Type,
        countMax: Int,
        _ read: (Identifier<Noun>, JSONValue, JSONPointer) -> T?
    ) -> [T]? {
        guard let object = freeObject(key) else { return nil }
        guard object.count <= countMax else {
            error(.limitExceeded, key, "must hold at most \(countMax) members")
            return nil
        }
        let place = place(key)
        return object.compactMap { member in
            guard let name = Identifier<Noun>(member.key) else {
                issues.error(
                    .invalidIdentifier,
                    at: place.appending(member.key),
                    "the member's name must be \(IdentifierRule.words)"
                )
                return nil
            }
            return read(name, member.value, place.appending(member.key))
        }
    }

    /// A nested object with these members; nil when absent.
    public func nested(_ key: String, members: Set<String>) -> ObjectReader? {
        object[key]
            .map {
                ObjectReader($0, at: place(key), issues: issues, members: members)
            }
    }

    /// A nested object that must be there; reads as empty, with an error, when it is not.
    public func requiredNested(_ key: String, members: Set<String>) -> ObjectReader {
        require(key)
        return nestedOrEmpty(key, members: members)
    }

    /// A nested object that reads as empty when it is absent.
    public func nestedOrEmpty(_ key: String, members: Set<String>) -> ObjectReader {
        let empty = ObjectReader(.object([:]), at: place(key), issues: issues, members: members)
        return nested(key, members: members) ?? empty
    }
}
