import JSON
import Model

/// A config line as a command names it, `BLUEPRINT/ENVIRONMENT`, of the tenant that `--tenant` names;
/// with `@N` behind it one of its versions.
struct LineArgument: Sendable {
    /// The flag that names the tenant.
    static let tenantFlag = CommandFlag(
        "--tenant",
        "TENANT",
        help: "The tenant whose config it is."
    )

    /// The line's path on a server.
    let path: String
    /// The version; nil for none.
    let version: Int?

    /// Reads the arguments of a call; `withVersion` says whether a version must, or must not, be there.
    ///
    /// - Throws: A usage failure that says which form is wanted.
    init(_ call: Command.Call, withVersion: Bool = false) throws(CommandFailure) {
        let form = withVersion ? "BLUEPRINT/ENVIRONMENT@N" : "BLUEPRINT/ENVIRONMENT"
        let tenant = try TenantArgument.required(call)
        guard let text = call.arguments.operand else { throw .usage("\(form) says which config") }
        let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
        let names = parts[0].split(separator: "/", omittingEmptySubsequences: false)
        guard names.count == 2, names.allSatisfy({ IdentifierRule.isIdentifier($0.utf8) }),
            (parts.count == 2) == withVersion
        else {
            throw .usage(
                "'\(text)' must be \(form), such as invoice-app/production\(withVersion ? "@4" : "")"
            )
        }
        var version: Int?
        if parts.count == 2 {
            guard let number = Int32(parts[1]), number >= 1 else {
                throw .usage("'\(text)': the version behind @ must be a number from 1 on")
            }
            version = Int(number)
        }
        self.version = version
        path = "\(tenant)/configs/\(names[0])/\(names[1])"
    }
}
