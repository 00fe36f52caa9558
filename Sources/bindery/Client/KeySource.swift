import Platform

/// Where the key is that a command of the client side calls the server with.
///
/// Never a flag's value: other users of the machine see the arguments of a process.
enum KeySource {
    /// The variable that holds it unless said otherwise.
    static let variable = "BINDERY_KEY"
    /// The longest key, in bytes.
    static let byteCountMax = 4096

    /// The flags that say where it is.
    static let flags = [
        CommandFlag(
            "--key-env",
            "NAME",
            help: "The variable that holds the key to call with. [default: \(variable)]"
        ),
        CommandFlag("--key-file", "FILE", help: "The file that holds the key to call with."),
    ]

    /// Reads the key.
    ///
    /// - Throws: A usage failure when nothing says where it is, or it is no key.
    static func read(_ call: Command.Call) throws(CommandFailure) -> String {
        let file = call.arguments.value(of: "--key-file")
        let name = call.arguments.value(of: "--key-env")
        guard file == nil || name == nil else {
            throw .usage("--key-file and --key-env exclude each other")
        }
        if let file { return try key(inFile: file) }
        let variable = name ?? Self.variable
        guard let key = call.environment.text(of: variable) else {
            throw .usage("there is no key: set \(variable), or name its file with --key-file")
        }
        return try checked(key, from: variable)
    }

    private static func key(inFile path: String) throws(CommandFailure) -> String {
        let bytes: [UInt8]
        do {
            bytes = try File.contents(of: path, byteCountMax: byteCountMax)
        } catch {
            throw .usage("--key-file: \(error.message)")
        }
        // An editor ends the file with a line break, which is no part of the key.
        let key = bytes.prefix { $0 != 0x0A && $0 != 0x0D }
        return try checked(String(decoding: key, as: UTF8.self), from: "--key-file")
    }

    private static func checked(
        _ key: String,
        from source: String
    ) throws(CommandFailure) -> String {
        guard (1...byteCountMax).contains(key.utf8.count),
            key.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else { throw .usage("\(source): holds no key: it must be visible ASCII on one line") }
        return key
    }
}
