import Testing

@testable import bindery

/// Settings of secret stores that need each other, or shut each other out.
@Suite struct SecretSettingsTests {
    private static let address = "--secrets-vault-address=http://v"
    private static let token = "--secrets-vault-token-file=t"
    private static let role = "--secrets-vault-role-id-file=r"
    private static let secret = "--secrets-vault-secret-id-file=s"

    @Test func `an AppRole takes the place of a token`() throws {
        let settings = try Reading.settings(
            nil,
            [:],
            [Self.address, Self.role, Self.secret, "--secrets-vault-namespace=a/b"]
        )
        #expect(settings.secrets.vaultRoleIDFile == "r")
        #expect(settings.secrets.vaultSecretIDFile == "s")
        #expect(settings.secrets.vaultRoleMount == "approle")
        #expect(settings.secrets.vaultNamespace == "a/b")
    }

    @Test(arguments: [
        ([address, role], "needs secrets.vault.secretIdFile"),
        ([address, secret], "needs secrets.vault.roleIdFile"),
        ([address, token, role], "does not go with secrets.vault.tokenFile"),
        ([role, secret], "needs secrets.vault.address"),
        (["--secrets-aws-endpoint=http://a"], "needs secrets.aws.region"),
        (["--secrets-aws-credentials-file=c"], "needs secrets.aws.region"),
        (
            ["--secrets-local-key-file=k", "--secrets-local-key-variable=K"],
            "does not go with secrets.local.keyFile"
        ),
        (
            ["--secrets-local-key-variable=BINDERY_SECRET_K"],
            "must not start with secrets.env.prefix"
        ),
        (
            ["--secrets-local-key-file=/run/secrets/k", "--secrets-file-root=/run/secrets"],
            "must not be below secrets.file.root"
        ),
        (["--secrets-aws-region=EU"], "1 to 64 of a-z 0-9 -"),
        (["--secrets-stale-seconds=86401"], "86400"),
    ])
    func `what does not go together is said`(_ flags: [String], _ words: String) {
        let problems = Reading.problems(nil, [:], flags)
        #expect(!problems.isEmpty)
        #expect(problems.contains { $0.contains(words) }, "\(problems)")
    }

    @Test func `the variable of the keys is no unknown setting`() throws {
        let name = "BINDERY_MASTER_KEYS"
        let flags = ["--secrets-local-key-variable=\(name)"]
        #expect(Reading.problems(nil, [name: "00"]).count == 1)
        #expect(Reading.problems(nil, [name: "00"], flags).isEmpty)
    }

    @Test func `stale secrets are served for five minutes unless said otherwise`() throws {
        #expect(try Reading.settings().secrets.stale == .seconds(300))
        let none = try Reading.settings(nil, [:], ["--secrets-stale-seconds=0"])
        #expect(none.secrets.stale == .zero)
    }
}
