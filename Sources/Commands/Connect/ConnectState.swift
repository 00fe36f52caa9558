import Execution
import Model
import Platform

/// The `state` of a connect flow: which connection it is about, and 256 bits that nobody guesses.
///
/// It travels through the user's browser and the authorization server; what it is good for is kept
/// here, with its digest alone.
struct ConnectState: Sendable {
    /// The longest text that is looked at, in bytes.
    static let byteCountMax = 512
    // Stands in no identifier and in no random part, and needs no encoding in a URL.
    private static let separator: Character = "~"

    let tenant: TenantID
    let connection: ConnectionID
    let text: String

    /// A new one.
    init(tenant: TenantID, connection: ConnectionID) {
        self.tenant = tenant
        self.connection = connection
        let parts = [tenant.text, connection.text, Consent.random()]
        text = parts.joined(separator: String(Self.separator))
    }

    /// One that came back; nil when it is none.
    init?(_ text: String) {
        guard text.utf8.count <= Self.byteCountMax else { return nil }
        let parts = text.split(separator: Self.separator, omittingEmptySubsequences: false)
        guard parts.count == 3, let tenant = TenantID(String(parts[0])),
            let connection = ConnectionID(String(parts[1])), !parts[2].isEmpty
        else { return nil }
        self.tenant = tenant
        self.connection = connection
        self.text = text
    }

    /// What is kept of it.
    var digest: [UInt8] { Digest.sha256(text) }
}
