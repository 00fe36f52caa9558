import Model

extension SettingFormat<SecretReferenceRule> {
    /// Which references to secrets a tenant may name.
    static let referenceRule = SettingFormat.parsed(
        "REFERENCE",
        rule: SecretReferenceRule.words,
        text: { $0.text },
        { SecretReferenceRule($0) }
    )
}
