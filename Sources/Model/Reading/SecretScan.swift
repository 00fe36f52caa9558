public import JSON

/// Finds text that looks like a secret where only a reference may stand (API section 1).
///
/// Two rules: a member whose name the spec's `secretSchema` declares, and the well-known formats of
/// provider keys. What is found is named by its place and never repeated.
public enum SecretScan {
    /// The starts of well-known key formats, and how many characters of the alphabet
    /// `[A-Za-z0-9_-]` follow at least.
    private static let formats: [(prefix: String, minimum: Int)] = [
        ("sk_live_", 10), ("sk_test_", 10), ("rk_live_", 10), ("rk_test_", 10), ("whsec_", 16),
        ("sk-ant-", 16), ("sk-proj-", 16), ("xoxb-", 10), ("xoxp-", 10), ("xapp-", 10),
        ("ghp_", 20), ("gho_", 20), ("ghs_", 20), ("github_pat_", 20), ("glpat-", 16),
        ("AKIA", 16), ("ASIA", 16), ("AIza", 30), ("ya29.", 20), ("SG.", 20), ("hvs.", 16),
        ("hvb.", 16), ("npm_", 30), ("dop_v1_", 30), ("shpat_", 20), ("sq0csp-", 20), ("bnd_", 24),
    ]
    /// The same as bytes, with the start of a PEM block: made once, as every text is looked at.
    private static let starts =
        [(Array("-----BEGIN ".utf8), 0)]
        + formats.map { (Array($0.prefix.utf8), $0.minimum) }
    /// No start and what follows it is shorter.
    private static let byteCountMin = starts.map { $0.0.count + $0.1 }.min() ?? 0
    /// The bytes that starts begin with, a bit each, all ASCII: most words are left at their first one.
    private static let firstBytes = starts.reduce(UInt128(0)) { $0 | 1 << UInt128($1.0[0]) }

    /// Whether the text holds a well-known key, alone or inside a longer text.
    public static func looksLikeSecret(_ text: String) -> Bool {
        looksLikeSecret(text.utf8Span.span)
    }

    /// Whether the bytes of a text hold a well-known key; in one pass, without a copy.
    public static func looksLikeSecret(_ bytes: Span<UInt8>) -> Bool {
        guard bytes.count >= byteCountMin else { return false }
        let firstBytes = firstBytes
        // A key starts at a word's edge: `task_live_…` is none.
        var isEdge = true
        for index in bytes.indices {
            let byte = bytes[index]
            if isEdge, byte < 0x80, firstBytes & 1 << UInt128(byte) != 0, isKey(bytes, at: index) {
                return true
            }
            isEdge = !isKeyByte(byte)
        }
        return false
    }

    private static func isKey(_ bytes: Span<UInt8>, at start: Int) -> Bool {
        for (prefix, minimum) in starts where isPrefix(prefix, of: bytes, at: start) {
            var end = start + prefix.count
            let enough = end + minimum
            while end < min(enough, bytes.count), isKeyByte(bytes[end]) || bytes[end] == 0x2E {
                end += 1
            }
            if end == enough { return true }
        }
        return false
    }

    private static func isPrefix(_ prefix: [UInt8], of bytes: Span<UInt8>, at start: Int) -> Bool {
        guard bytes.count - start >= prefix.count else { return false }
        for index in prefix.indices where bytes[start + index] != prefix[index] { return false }
        return true
    }

    private static func isKeyByte(_ byte: UInt8) -> Bool {
        IdentifierRule.isAlphanumeric(byte) || byte == 0x5F || byte == 0x2D
    }

    /// Adds an error for each text that looks like a secret, and for each member named like a field
    /// of the secret, at any depth of `value`.
    public static func scan(
        _ value: JSONValue,
        at pointer: JSONPointer,
        secretFields: Set<String> = [],
        issues: IssueList
    ) {
        guard issues.scansForSecrets else { return }
        switch value {
        case .string(let text) where looksLikeSecret(text):
            report(at: pointer, "holds what looks like a secret key", issues)
        case .array(let items):
            for (index, item) in items.enumerated() {
                let place = pointer.appending(index)
                scan(item, at: place, secretFields: secretFields, issues: issues)
            }
        case .object(let object):
            for member in object {
                if looksLikeSecret(member.key) {
                    report(at: pointer, "has a member whose name looks like a secret key", issues)
                    continue
                }
                let place = pointer.appending(member.key)
                if secretFields.contains(member.key) {
                    report(at: place, "is a field of the integration's secret", issues)
                } else {
                    scan(member.value, at: place, secretFields: secretFields, issues: issues)
                }
            }
        default: break
        }
    }

    private static func report(at pointer: JSONPointer, _ detail: String, _ issues: IssueList) {
        issues.error(
            .secretInConfig,
            at: pointer,
            detail,
            suggestion: "keep it in a secret store and name it by the connection's secretRef"
        )
    }
}
