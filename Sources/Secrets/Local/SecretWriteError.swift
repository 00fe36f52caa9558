/// Why a secret was not written.
public struct SecretWriteError: Error, Sendable, Hashable {
    /// What went wrong, for code to switch over.
    public enum Code: Sendable, Hashable {
        /// What is kept is not what the writer expected; nothing was changed.
        case conflict
        /// The value is empty, or larger than `SealedSecret.valueByteCountMax`.
        case unfit
        /// The tenant has `SealedSecret.countMax` secrets already.
        case tooMany
        /// The store takes no writes now; nothing was changed.
        case unavailable
        /// The store was lost in the middle: the write was made as a whole or not at all.
        case unknown
        /// The master keys can't be read again; those that were read before go on.
        case keysUnreadable
        /// The settings name no master key.
        case notConfigured
    }

    /// What went wrong, for code to switch over.
    public let code: Code
    /// What went wrong, for the operator; holds nothing of the secret.
    public let detail: String

    /// An error.
    public init(_ code: Code, _ detail: String) {
        self.code = code
        self.detail = detail
    }
}
