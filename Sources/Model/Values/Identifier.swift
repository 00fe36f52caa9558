/// A name that the API accepts: `[A-Za-z0-9][A-Za-z0-9._-]{0,127}` (API section 1).
///
/// `Noun` keeps the names of different nouns apart: a slot's id is no connection's id.
public struct Identifier<Noun>: Sendable, Hashable, Comparable {
    /// The name as it was written.
    public let text: String

    /// Checks and wraps a name; nil when it is empty, too long, or has a byte out of the alphabet.
    public init?(_ text: String) {
        let isGood = IdentifierRule.isIdentifier(text.utf8)
        guard isGood else { return nil }
        self.text = text
    }

    /// Wraps what has been checked.
    init(checked text: String) { self.text = text }

    /// The order of the bytes, so that lists are stable whatever the locale.
    public static func < (left: Self, right: Self) -> Bool { left.text < right.text }
}

extension Identifier: CustomStringConvertible {
    /// The name.
    public var description: String { text }
}

/// The alphabet of identifiers and patterns.
public enum IdentifierRule {
    /// The largest identifier, in bytes.
    public static let byteCountMax = 128
    /// The rule in words, for errors.
    public static let words = "1 to 128 of A-Z a-z 0-9 . _ -, the first a letter or digit"

    /// Whether the bytes are an identifier.
    public static func isIdentifier(_ bytes: some Collection<UInt8>) -> Bool {
        guard let first = bytes.first, bytes.count <= byteCountMax else { return false }
        return isAlphanumeric(first) && bytes.allSatisfy(isInAlphabet)
    }

    /// Whether the byte is a letter or a digit of ASCII.
    static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: false
        }
    }

    /// Whether the byte may stand in an identifier.
    static func isInAlphabet(_ byte: UInt8) -> Bool {
        isAlphanumeric(byte) || byte == 0x2D || byte == 0x2E || byte == 0x5F
    }
}

/// The nouns whose names must not be mixed up.
public enum Noun {
    /// A customer of the platform.
    public enum Tenant {}
    /// A tenant's account at a provider.
    public enum Connection {}
    /// A global description of a provider.
    public enum Integration {}
    /// A blueprint of an app.
    public enum Blueprint {}
    /// A place in a blueprint that a connection fills.
    public enum Slot {}
    /// What a workflow asks for.
    public enum Capability {}
    /// A call that a spec describes.
    public enum Operation {}
    /// A kind of provider.
    public enum Category {}
    /// The name under which a workflow runs.
    public enum Workflow {}
    /// A declared environment.
    public enum Environment {}
    /// A policy rule.
    public enum Policy {}
    /// An API key.
    public enum Credential {}
    /// A subscription to alerts.
    public enum Webhook {}
    /// One alert on its way to one webhook.
    public enum AlertDelivery {}
    /// A request to make a config's version live.
    public enum ChangeRequest {}
    /// A blueprint's application.
    public enum App {}
    /// A secret in the store of our own.
    public enum Secret {}
    /// A workflow's definition, to which an alias points.
    public enum WorkflowDefinition {}
}

/// The id of a tenant.
public typealias TenantID = Identifier<Noun.Tenant>
/// The id of a connection, unique within its tenant.
public typealias ConnectionID = Identifier<Noun.Connection>
/// The key of an integration, such as `payments.stripe`.
public typealias IntegrationKey = Identifier<Noun.Integration>
/// The name of a blueprint, such as `invoice-app`.
public typealias BlueprintName = Identifier<Noun.Blueprint>
/// The name of a slot, such as `payments.primary`.
public typealias SlotID = Identifier<Noun.Slot>
/// The key of a capability, such as `payments.createRefund`.
public typealias CapabilityKey = Identifier<Noun.Capability>
/// The id of an operation, such as `payments.stripe.createRefund`.
public typealias OperationID = Identifier<Noun.Operation>
/// The name of a category, such as `payments`.
public typealias CategoryName = Identifier<Noun.Category>
/// The alias of a workflow, such as `checkout`.
public typealias WorkflowName = Identifier<Noun.Workflow>
/// The name of an environment, such as `production`.
public typealias EnvironmentName = Identifier<Noun.Environment>
/// The id of a policy rule.
public typealias PolicyID = Identifier<Noun.Policy>
/// The id of a credential.
public typealias CredentialID = Identifier<Noun.Credential>
/// The id of a subscription to alerts.
public typealias WebhookID = Identifier<Noun.Webhook>
/// The id of an alert's delivery, which the receiver sees as `webhook-id`.
public typealias AlertDeliveryID = Identifier<Noun.AlertDelivery>
/// The id of a request to make a config's version live, unique within its tenant.
public typealias ChangeRequestID = Identifier<Noun.ChangeRequest>
/// The name of a secret in Bindery's own store, unique within its tenant.
public typealias SecretName = Identifier<Noun.Secret>
/// The id of an app.
public typealias AppID = Identifier<Noun.App>
