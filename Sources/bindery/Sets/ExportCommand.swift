import JSON
import Model

/// `bindery export`: writes out what a server keeps, as `apply` takes it.
enum ExportCommand {
    static let command = Command(
        "export",
        summary: "writes out what a server keeps, as 'apply' takes it",
        details:
            "Writes specs, blueprints, connections, the live configs and policies: to the standard "
            + "output, an object a line, or into a folder, an object a file. The same store gives the "
            + "same bytes: objects and members are sorted by their names. What is already written so "
            + "is left alone; files of objects that are gone are named, and with --prune removed. "
            + "Nothing is written unless all of it has come.",
        flags: [
            CommandFlag(
                "--tenant",
                "TENANT",
                help: "The tenant whose objects are written; without it, all that the key may see."
            ),
            CommandFlag(
                "--to",
                "DIR",
                help: "A folder, or - for the standard output. [default: -]"
            ),
            CommandFlag(
                "--prune",
                help: "Removes files of objects in the folder that are not in the export."
            ),
        ] + ServerAccess.flags
    ) { (call) async throws(CommandFailure) in
        try await run(call)
    }

    /// The largest export, in bytes.
    private static let byteCountMax = 256 << 20

    private static func run(_ call: Command.Call) async throws(CommandFailure) {
        let target = call.arguments.value(of: "--to") ?? SetSource.inputName
        let prunes = call.arguments.isGiven("--prune")
        guard target != SetSource.inputName || !prunes else {
            throw .usage("--prune: only in a folder, named by --to DIR")
        }
        let objects = try await objects(call)
        guard target != SetSource.inputName else {
            return call.console.write(objects.map { $0.line }.joined())
        }
        let folder = ExportFolder(path: target)
        let result = try folder.write(objects, prunes: prunes)
        for path in result.stale where !prunes {
            call.console.report("bindery: \(path): not in the export; --prune removes it")
        }
        call.console.answer(
            "\(objects.count) objects in \(target): \(result.written) files written, "
                + "\(prunes ? result.stale.count : 0) removed, "
                + "\(objects.count - result.written) as they were"
        )
    }

    private static func objects(
        _ call: Command.Call
    ) async throws(CommandFailure) -> [ExportedObject] {
        var path = "/v1/export"
        if let text = call.arguments.value(of: "--tenant") {
            guard let tenant = TenantID(text) else {
                throw .usage("--tenant: must be \(IdentifierRule.words)")
            }
            path += "?tenant=\(tenant.text)"
        }
        var access = try ServerAccess(call)
        access.client.answerByteCountMax = byteCountMax
        access.client.timeout = .seconds(600)
        call.console.showProgress("reading \(access.client.server.text) …")
        defer { call.console.showProgress("") }
        let answer = try await access.send("GET", path)
        guard answer.isSuccess else { throw answer.refusal }
        var objects: [ExportedObject] = []
        for line in answer.bytes.split(separator: 0x0A) { objects.append(try ExportedObject(line)) }
        return objects
    }
}
