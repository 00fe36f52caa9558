import JSON
import Model
import Outbound

/// A set on its way to a server: asks for its plan, and brings it about.
struct SetCall {
    /// How long the server may take: a set of thousands of objects takes seconds, and the health checks
    /// of what it publishes as long as the providers do.
    private static let timeout = Duration.seconds(600)
    /// The largest answer, in bytes: ten thousand updates with their values.
    private static let answerByteCountMax = 128 << 20

    /// What a server answers.
    struct Planned {
        let plan: SetPlan
        /// The store's revision that it was made at.
        let revision: Int64
        let json: JSONValue
    }

    private let source: SetSource
    private let access: ServerAccess
    private let body: APIClient.Body
    private let prunes: Bool
    private let label: String?
    private let console: Console

    /// A set from files.
    ///
    /// - Throws: A failure that says what is wrong with flags or files.
    init(_ call: Command.Call) throws(CommandFailure) {
        console = call.console
        var access = try ServerAccess(call)
        access.client.timeout = Self.timeout
        access.client.answerByteCountMax = Self.answerByteCountMax
        self.access = access
        call.console.showProgress("reading files …")
        defer { call.console.showProgress("") }
        source = try SetSource(call)
        body = source.body
        prunes = call.arguments.isGiven("--prune")
        label = try Self.label(call.arguments, prunes)
        guard body.bytes.count <= OutboundRequest.bodyByteCountMax else {
            throw .failed(
                "the set has \(body.bytes.count) bytes: apply it in parts of at most "
                    + "\(OutboundRequest.bodyByteCountMax)"
            )
        }
    }

    private static func label(
        _ arguments: CommandArguments,
        _ prunes: Bool
    ) throws(CommandFailure) -> String? {
        guard let text = arguments.value(of: "--label") else { return nil }
        guard prunes else { throw .usage("--label: narrows --prune, which is not given") }
        guard LabelSelector(text) != nil else {
            throw .usage("--label: must be \(LabelSelector.words)")
        }
        return text
    }

    /// What it would do; nothing is changed.
    func plan(at revision: Int64? = nil) async throws(CommandFailure) -> Planned {
        console.showProgress("planning \(size) …")
        defer { console.showProgress("") }
        let answer = try await send("dryRun=true&values=true", at: revision)
        guard answer.isSuccess else { throw failure(answer) }
        return try read(answer)
    }

    /// Brings it about, unless the store has moved on from `revision`; nil when it has.
    func apply(at revision: Int64) async throws(CommandFailure) -> Planned? {
        console.showProgress("applying \(size) …")
        defer { console.showProgress("") }
        let answer = try await send("", at: revision)
        if answer.status == 412 { return nil }
        guard answer.isSuccess else { throw failure(answer) }
        return try read(answer)
    }

    private var size: String {
        "\(source.entries.count) objects of \(source.fileCount) files, \(body.bytes.count) bytes"
    }

    private func send(
        _ query: String,
        at revision: Int64?
    ) async throws(CommandFailure) -> APIClient.Answer {
        let narrowed = label.map { "label=\(QueryText.encoded($0))" } ?? ""
        let query = [query, prunes ? "prune=true" : "", narrowed].filter { !$0.isEmpty }
            .joined(separator: "&")
        return try await access.send(
            "POST",
            "/v1/apply" + (query.isEmpty ? "" : "?\(query)"),
            body: body,
            headers: revision.map { [OutboundHeader("If-Match", "\"\($0)\"")] } ?? []
        )
    }

    private func read(_ answer: APIClient.Answer) throws(CommandFailure) -> Planned {
        guard let json = answer.json, let revision = json["revision"]?.integer else {
            throw .failed("the answer is no plan: is this a Bindery server?")
        }
        return Planned(plan: try SetPlan(json), revision: revision, json: json)
    }

    /// The refusal, its pointers led into the files.
    private func failure(_ answer: APIClient.Answer) -> CommandFailure {
        var failure = Refusal(answer).failure { source.place(of: $0) }
        if answer.status == 413 {
            let hint =
                "the set has \(body.bytes.count) bytes: the server's limits.bodyBytes says how many "
                + "it takes (at most 16777216), or apply it in parts"
            failure = CommandFailure(status: failure.status, lines: failure.lines + [hint])
        }
        return failure
    }
}
