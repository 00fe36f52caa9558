import JSON
import Model
import Outbound
import Platform

extension SettingFormat<String> {
    /// The longest text of a setting, in bytes.
    private static var byteCountMax: Int { 4096 }

    /// The path of a file or folder.
    static func path(_ placeholder: String) -> Self {
        .parsed(
            placeholder,
            rule: "a path of 1 to \(byteCountMax) bytes",
            text: { $0 },
            { text in
                let isGood = (1...byteCountMax).contains(text.utf8.count) && !text.utf8.contains(0)
                return isGood ? text : nil
            }
        )
    }

    /// A region of AWS.
    static let awsRegion = SettingFormat.parsed(
        "REGION",
        rule: "1 to 64 of a-z 0-9 -",
        text: { $0 },
        { text in
            let isGood = text.utf8.allSatisfy { byte in
                (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || byte == 0x2D
            }
            return isGood && (1...64).contains(text.utf8.count) ? text : nil
        }
    )

    /// A variable's name.
    static let variableName = SettingFormat.parsed(
        "NAME",
        rule: "1 to 128 of A-Z a-z 0-9 _, not a digit first",
        text: { $0 },
        { text in
            let isGood =
                (1...128).contains(text.utf8.count) && text.utf8.allSatisfy(isVariableByte)
                && !(0x30...0x39).contains(text.utf8.first ?? 0x30)
            return isGood ? text : nil
        }
    )

    /// The start of a variable's name.
    ///
    /// One that would let the bootstrap key be read as a tenant's secret is refused.
    static let variablePrefix = SettingFormat.parsed(
        "PREFIX",
        rule: "1 to 64 of A-Z a-z 0-9 _, not a digit first, and not the start of "
            + BootstrapKey.variable,
        text: { $0 },
        { text in
            let isGood =
                (1...64).contains(text.utf8.count) && text.utf8.allSatisfy(isVariableByte)
                && !(0x30...0x39).contains(text.utf8.first ?? 0x30)
                && !BootstrapKey.variable.hasPrefix(text)
            return isGood ? text : nil
        }
    )

    private static func isVariableByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F: true
        default: false
        }
    }

    /// The address of an HTTP server, without a path's end.
    static let serverURL = SettingFormat.parsed(
        "URL",
        rule: "an http or https URL without user, query and fragment",
        text: { $0 },
        { ServerURL($0)?.text }
    )

    /// The path under which a secret engine is mounted.
    static let mount = SettingFormat.parsed(
        "PATH",
        rule: "1 to 128 of A-Z a-z 0-9 . _ - /, neither first nor last a slash",
        text: { $0 },
        { text in
            let parts = text.split(separator: "/", omittingEmptySubsequences: false)
            let isGood =
                text.utf8.count <= 128
                && parts.allSatisfy { IdentifierRule.isIdentifier($0.utf8) }
            return isGood ? text : nil
        }
    )
}

extension SettingFormat<SocketAddress> {
    /// An address to listen on.
    static let address = SettingFormat.parsed(
        "HOST:PORT",
        rule: "HOST:PORT, an IPv6 address in brackets",
        text: { $0.description },
        { SocketAddress($0) }
    )
}

extension SettingFormat<Settings.JournalChoice> {
    /// Where the ledger is kept.
    static let journal = SettingFormat.parsed(
        "file|memory|postgres://…",
        rule: "file, memory, or the URL of a PostgreSQL database",
        text: { choice in
            switch choice {
            case .file: "file"
            case .memory: "memory"
            // It may hold a password.
            case .postgres: "postgres"
            }
        },
        { text in
            switch text {
            case "file": .file
            case "memory": .memory
            default: JournalURL(text).map { .postgres($0) }
            }
        }
    )
}

extension SettingFormat<String> {
    /// The name of a ledger in a database.
    static let ledgerName = SettingFormat.parsed(
        "NAME",
        rule: "1 to 48 of a-z 0-9 _ -",
        text: { $0 },
        { text in
            let isGood =
                (1...48).contains(text.utf8.count)
                && text.utf8.allSatisfy { byte in
                    switch byte {
                    case 0x61...0x7A, 0x30...0x39, 0x5F, 0x2D: true
                    default: false
                    }
                }
            return isGood ? text : nil
        }
    )
}

extension SettingFormat<AddressRange> {
    /// A block of addresses.
    static let addressRange: Self = {
        @Sendable func read(_ text: String?) throws(SettingDefect) -> AddressRange {
            guard let text else { throw SettingDefect(detail: "must be an address block") }
            do {
                return try AddressRange(text)
            } catch {
                throw SettingDefect(detail: "must be an address block: \(error)")
            }
        }
        return SettingFormat(
            placeholder: "CIDR",
            rule: "an address block such as 10.0.0.0/8",
            text: { $0.text },
            fromText: { (text) throws(SettingDefect) in try read(text) },
            fromJSON: { (json) throws(SettingDefect) in try read(json.string) }
        )
    }()
}
