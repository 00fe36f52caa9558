import Testing

@testable import Secrets

@Suite struct SecretsConfigurationTests {
    private static func setting(_ configuration: SecretsConfiguration) -> String? {
        do throws(SecretsSetupError) {
            try configuration.check()
            return nil
        } catch {
            return error.setting
        }
    }

    private static func setting(_ vault: SecretsConfiguration.Vault) -> String? {
        setting(SecretsConfiguration(vault: vault))
    }

    @Test func `the defaults work`() throws {
        #expect(Self.setting(SecretsConfiguration()) == nil)
        #expect(Self.setting(.init(address: "https://vault:8200", tokenFile: "/t")) == nil)
        #expect(Self.setting(.init(address: "http://[::1]:8200/base/", tokenFile: "/t")) == nil)
    }

    @Test func `names the setting that cannot work`() {
        #expect(Self.setting(.init(environmentPrefix: "")) == "secrets.env.prefix")
        #expect(Self.setting(.init(fileRoot: "")) == "secrets.file.root")
        let mount = "secrets.vault.mount"
        #expect(Self.setting(.init(address: "http://v", mount: "", tokenFile: "/t")) == mount)
        #expect(Self.setting(.init(address: "http://v", mount: "/", tokenFile: "/t")) == mount)
        #expect(Self.setting(.init(address: "http://v", mount: "a/..", tokenFile: "/t")) == mount)
        let file = "secrets.vault.tokenFile"
        #expect(Self.setting(.init(address: "http://v", tokenFile: "")) == file)
    }

    @Test(arguments: [
        "", "vault:8200", "ftp://vault", "http://user@vault", "http://vault/?a", "http://vault/#a",
        "http://",
    ])
    func `an address is an http or https URL`(_ address: String) {
        #expect(Self.setting(.init(address: address, tokenFile: "/t")) == "secrets.vault.address")
    }

    @Test func `a file of authorities that is not there is said at the start`() {
        let vault = SecretsConfiguration.Vault(address: "http://v", tokenFile: "/t")
        let error = #expect(throws: SecretsSetupError.self) {
            try SecretKeeper(SecretsConfiguration(vault: vault), caFile: "/no/such.pem")
        }
        #expect(error?.setting == "outbound.caFile")
    }
}
