import Commands
import HTTPWire
import JSON
import Model

/// Reads a request's body as the route wants it.
enum RequestBody {
    /// Reads it.
    ///
    /// - Throws: `UNSUPPORTED_MEDIA_TYPE`, `MALFORMED_JSON` with pointer and offset,
    ///   `BODY_REQUIRED`, `BODY_NOT_ALLOWED`.
    static func read(_ request: HTTPRequest, _ rule: Route.Body) throws(CommandError) -> JSONValue?
    {
        switch rule {
        case .none:
            // A body that nobody reads is dropped, as RFC 9110 lets a server do.
            return nil
        case .raw:
            // Read by the command, from its bytes.
            return nil
        case .json, .mergePatch:
            try checkType(request, rule)
            return try parse(request.body)
        case .lenientJSON:
            if let type = mediaType(request), type != "application/json" {
                throw CommandError(
                    .malformed,
                    "INVALID_CONTENT_TYPE",
                    "The body's Content-Type must be application/json, or not be given."
                )
            }
            return try parse(request.body)
        case .jsonOrLines:
            if mediaType(request) == "application/x-ndjson" { return try parseLines(request.body) }
            try checkType(request, rule)
            return try parse(request.body)
        case .optionalJSON:
            guard !request.body.isEmpty else { return nil }
            try checkType(request, rule)
            return try parse(request.body)
        }
    }

    private static func checkType(
        _ request: HTTPRequest,
        _ rule: Route.Body
    ) throws(CommandError) {
        var allowed = ["application/json"]
        if case .mergePatch = rule { allowed.insert("application/merge-patch+json", at: 0) }
        if case .jsonOrLines = rule { allowed.append("application/x-ndjson") }
        guard allowed.contains(mediaType(request) ?? "") else {
            throw CommandError(
                .malformed,
                "UNSUPPORTED_MEDIA_TYPE",
                "The body's Content-Type must be \(allowed.joined(separator: " or "))."
            )
        }
    }

    /// The media type in small letters, without parameters; nil when no field gives one.
    private static func mediaType(_ request: HTTPRequest) -> String? {
        request.header("content-type")
            .map { given in
                let type = given.split(separator: ";", maxSplits: 1).first ?? ""
                return type.trimming(" \t").lowercased()
            }
    }

    /// Whether the body is lines of JSON.
    static func isLines(_ request: HTTPRequest, _ rule: Route.Body) -> Bool {
        guard case .jsonOrLines = rule else { return false }
        return mediaType(request) == "application/x-ndjson"
    }

    /// Lines of JSON as the `objects` of one; a blank line is null, so that an index tells its line.
    private static func parseLines(_ bytes: [UInt8]) throws(CommandError) -> JSONValue {
        var objects: [JSONValue] = []
        var blankCount = 0
        for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            // Blank lines at the end are of no matter, however many.
            if line.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) {
                blankCount += 1
                continue
            }
            guard objects.count + blankCount < ApplySet.lineCountMax else {
                throw .invalid(
                    .limitExceeded,
                    at: .root.appending("objects"),
                    "must have at most \(ApplySet.lineCountMax) lines"
                )
            }
            objects += repeatElement(.null, count: blankCount)
            blankCount = 0
            objects.append(try parse(line: line, at: objects.count))
        }
        return ["objects": .array(objects)]
    }

    private static func parse(
        line: ArraySlice<UInt8>,
        at index: Int
    ) throws(CommandError) -> JSONValue {
        let place = JSONPointer.root.appending("objects").appending(index)
        let value = try parse(Array(line), line: (number: index + 1, place: place.text))
        guard value.object != nil else {
            throw .invalid(.wrongType, at: place, "must be an object (line \(index + 1))")
        }
        return value
    }

    /// Reads JSON; a line of several says in its errors which one it is.
    private static func parse(
        _ bytes: [UInt8],
        line: (number: Int, place: String)? = nil
    ) throws(CommandError) -> JSONValue {
        do {
            return try JSONValue(parsing: bytes)
        } catch {
            // A name in the pointer may be a secret that was put in the wrong place.
            let pointer = error.pointer.text
            let place = SecretScan.looksLikeSecret(pointer) ? "" : pointer
            let what = line.map { "Line \($0.number)" } ?? "The body"
            var issue: JSONObject = [
                "code": "MALFORMED_JSON", "pointer": .string((line?.place ?? "") + place),
                "detail": .string(error.detail), "severity": "error",
                "offset": .integer(Int64(error.offset)),
            ]
            issue["line"] = line.map { .integer(Int64($0.number)) }
            throw CommandError(
                .malformed,
                "MALFORMED_JSON",
                "\(what) is no JSON that is accepted: \(error.detail) (byte \(error.offset)).",
                members: ["errors": [.object(issue)]]
            )
        }
    }
}
