import JSON

/// What a server answered when it did not do what was asked (RFC 9457).
struct Refusal: Sendable {
    /// The most of its own members that are shown, beside those that every refusal has.
    static let memberCountMax = 10

    /// Members that every refusal has, or that are shown in another way.
    private static let known: Set<String> = [
        "type", "title", "status", "detail", "instance", "code", "requestId", "errors", "report",
        "refused", "refusedCount",
    ]

    private let answer: APIClient.Answer

    /// The refusal that the answer is.
    init(_ answer: APIClient.Answer) { self.answer = answer }

    /// The code; nil when the answer is no problem document.
    var code: String? { answer.json?["code"]?.string }

    /// It as a failure: the code and detail, each of its errors, and what else it tells.
    ///
    /// `place` says where a pointer into the request leads, where that is not the request itself.
    func failure(_ place: (String) -> String = { "#\($0)" }) -> CommandFailure {
        guard let json = answer.json, let code else {
            return .failed("the server answered \(answer.status)")
        }
        var detail = json["detail"]?.string ?? json["title"]?.string ?? ""
        if let first = json["refused"]?.array?.first?["pointer"]?.string {
            // Where that is in files, its own line says.
            detail = detail.replacing("In \(first): ", with: "", maxReplacements: 1)
        }
        var lines = ["\(answer.status) \(code): \(detail)"] + errors(json, place)
        let own = (json.object ?? [:]).filter { !Self.known.contains($0.key) }
        lines += own.prefix(Self.memberCountMax).map { "\($0.key): \($0.value.serializedText)" }
        if let id = json["requestId"]?.string { lines.append("request \(id)") }
        return CommandFailure(status: .failure, lines: lines.map(PlainText.of))
    }

    private func errors(_ json: JSONValue, _ place: (String) -> String) -> [String] {
        let errors = json["errors"]?.array ?? []
        var lines = errors.map { error in
            let pointer = place(error["pointer"]?.string ?? "")
            let words = error["detail"]?.string ?? ""
            let suggestion = error["suggestion"]?.string.map { " (\($0))" } ?? ""
            return "\(pointer) \(error["code"]?.string ?? "") \(words)\(suggestion)"
        }
        // Objects that are refused as a whole have no error at a place within them.
        let pointers = errors.compactMap { $0["pointer"]?.string }
        for refused in json["refused"]?.array ?? [] {
            let pointer = refused["pointer"]?.string ?? ""
            guard !pointers.contains(where: { $0 == pointer || $0.hasPrefix(pointer + "/") })
            else { continue }
            let words = refused["detail"]?.string ?? ""
            lines.append("\(place(pointer)) \(refused["code"]?.string ?? "") \(words)")
        }
        if let count = json["refusedCount"]?.integer, let named = json["refused"]?.array?.count,
            count > named
        {
            lines.append("and \(count - Int64(named)) more objects are refused")
        }
        return lines
    }
}

extension APIClient.Answer {
    /// The refusal in lines.
    var refusal: CommandFailure { Refusal(self).failure() }
}
