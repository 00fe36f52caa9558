import Platform

/// The platform-admin key that automation brings along (API section 9).
enum BootstrapKey {
    /// The variable that holds it: no flag and no file, which others can read.
    static let variable = "BINDERY_BOOTSTRAP_KEY"
    /// The lengths accepted, in characters.
    static let characterCounts = 32...256

    /// Reads the variable; nil when it is not set.
    ///
    /// It must be what a client can send behind `Bearer`: visible ASCII.
    static func read(_ environment: ProcessEnvironment) throws(SettingDefect) -> SecretBytes? {
        guard let key = environment.secret(of: variable) else {
            guard environment.names.contains(variable) else { return nil }
            throw defect
        }
        let isGood = key.withSpan { bytes in
            characterCounts.contains(bytes.count)
                && bytes.indices.allSatisfy { (0x21...0x7E).contains(bytes[$0]) }
        }
        guard isGood else { throw defect }
        return key
    }

    private static let defect = SettingDefect(
        detail: "must be \(characterCounts.lowerBound) to \(characterCounts.upperBound) characters "
            + "of visible ASCII"
    )
}
