import CShims

/// Comparison of secrets that takes as long for a near miss as for a far one.
public enum SecretComparison {
    /// Whether two byte strings are equal; the time depends on their lengths only.
    ///
    /// The lengths are not hidden: compare digests where a length is a secret.
    public static func areEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        guard left.count == right.count else { return false }
        return unsafe CRYPTO_memcmp(left, right, left.count) == 0
    }
}
