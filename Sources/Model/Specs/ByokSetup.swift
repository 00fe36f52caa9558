public import JSON

/// How a tenant's own account is made ready and validated (`byokSetup` of a spec).
///
/// Besides the members here it may have any, such as `consoleUrl` and `steps`: those are for people.
public struct ByokSetup: Sendable, Hashable {
    /// The most scopes that a spec requires, and that are reported of an answer.
    public static let scopeCountMax = 200
    /// The longest scope, in bytes of UTF-8.
    public static let scopeByteCountMax = 512

    /// The operation whose success says that a secret is good; it is called without input.
    public let validationOperation: OperationID
    /// Where in its answer the scopes of the secret stand: a list of texts, or one text with spaces
    /// or commas between them.
    public let scopesPointer: JSONPointer?
    /// The header of its answer that lists them, such as `x-oauth-scopes`.
    public let scopesHeader: String?
    /// The scopes without which the secret is not good.
    public let requiredScopes: [String]

    /// Reads the member `byokSetup`; nil when it names no validation.
    static func read(_ reader: ObjectReader) -> ByokSetup? {
        guard let object = reader.freeObject("byokSetup") else { return nil }
        let own = ObjectReader(
            .object(object),
            at: reader.place("byokSetup"),
            issues: reader.issues,
            members: Set(object.keys)
        )
        let operation = own.identifier("validationOperation", as: OperationID.self)
        let header = own.string("scopesHeader", byteCountMax: 128)
        if let header, !header.utf8.allSatisfy(isNameByte) || header.isEmpty {
            own.error(.invalidValue, "scopesHeader", "must be the name of a header")
        }
        let pointer = pointer(own)
        let scopes = own.strings("requiredScopes", countMax: scopeCountMax) ?? []
        if let long = scopes.firstIndex(where: { $0.utf8.count > scopeByteCountMax }) {
            let place = own.place("requiredScopes").appending(long)
            let detail = "must be at most \(scopeByteCountMax) bytes long"
            own.issues.error(.limitExceeded, at: place, detail)
        }
        if !scopes.isEmpty, pointer == nil, header == nil {
            let detail = "need scopesPointer or scopesHeader: without them no scopes are known"
            own.error(.missingField, "requiredScopes", detail)
        }
        guard let operation else {
            for name in ["scopesPointer", "scopesHeader", "requiredScopes"]
            where object[name] != nil {
                own.error(.missingField, name, "is of no use without validationOperation")
            }
            return nil
        }
        return ByokSetup(
            validationOperation: operation,
            scopesPointer: pointer,
            scopesHeader: header,
            requiredScopes: scopes
        )
    }

    private static func pointer(_ reader: ObjectReader) -> JSONPointer? {
        guard let text = reader.string("scopesPointer", byteCountMax: 1024) else { return nil }
        guard let pointer = JSONPointer(text) else {
            reader.error(.invalidValue, "scopesPointer", "must be a JSON pointer, such as /scope")
            return nil
        }
        return pointer
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
