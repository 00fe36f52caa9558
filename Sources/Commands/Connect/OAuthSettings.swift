/// How the consent of users is asked for: the settings `oauth.…`.
public struct OAuthSettings: Sendable, Hashable {
    /// The most addresses beside the callback's own.
    public static let redirectURICountMax = 100

    /// Where authorization servers send the browser back to; nil where `publicUrl` is not known either.
    public var callbackURL: String?
    /// Other addresses that a request may name, which hand what they get to the callback.
    public var redirectURIs: [String] = []

    /// No addresses.
    public init() {}
}
