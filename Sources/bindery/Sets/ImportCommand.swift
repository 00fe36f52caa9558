import JSON
import Model

/// `bindery import`: writes the documents of other control planes as `apply` takes them.
enum ImportCommand {
    static let command = Command(
        "import",
        summary: "writes documents of other control planes as 'apply' takes them",
        details:
            "Reads specs, blueprints, connections and configs as others write them, without a server: "
            + "blueprints named by key, pointers {key, version}, connections that are connected, "
            + "disconnected, error or unknown. Writes them as 'export' does, and says what it changed. "
            + "A connection that is not connected becomes a draft: test it, then resume it. Look at the "
            + "files with 'check' afterwards.",
        flags: [
            SetSource.flag,
            CommandFlag(
                "--to",
                "DIR",
                help: "A folder, or - for the standard output. [default: -]"
            ),
            CommandFlag(
                "--tenant",
                "TENANT",
                help: "Whose connections and configs they are that do not say it."
            ),
        ]
    ) { (call) throws(CommandFailure) in
        try run(call)
    }

    private static func run(_ call: Command.Call) throws(CommandFailure) {
        var tenant: TenantID?
        if let text = call.arguments.value(of: "--tenant") {
            guard let id = TenantID(text) else {
                throw .usage("--tenant: must be \(IdentifierRule.words)")
            }
            tenant = id
        }
        let source = try SetSource(call)
        var objects: [ExportedObject] = []
        var notes: [String] = []
        for entry in source.entries {
            let imported = ImportedObject(entry, tenant: tenant)
            notes += imported.notes
            guard let object = ExportedObject(imported.json) else {
                throw .failed(
                    "\(entry.place.text): has no name"
                        + (entry.kind.hasTenant == true
                            ? ", or nobody whose it is: --tenant says" : "")
                )
            }
            objects.append(object)
        }
        let target = call.arguments.value(of: "--to") ?? SetSource.inputName
        if target == SetSource.inputName {
            call.console.write(objects.map(\.line).joined())
        } else {
            let result = try ExportFolder(path: target).write(objects, prunes: false)
            call.console.answer(
                "\(objects.count) objects in \(target): \(result.written) files written"
            )
        }
        for note in notes { call.console.report("bindery: \(PlainText.of(note))") }
    }
}
