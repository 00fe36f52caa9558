import Model
import Outbound
import Platform
import Testing

@testable import bindery

@Suite struct SettingsReaderTests {
    @Test func `nothing set is the defaults`() throws {
        let settings = try Reading.settings()
        #expect(settings.listen == [.internet(SocketAddress(host: "127.0.0.1", port: 8080))])
        #expect(settings.dataFolder == "data")
        guard case .file = settings.journal else { return #expect(Bool(false)) }
        #expect(settings.environments == Environment.builtIn)
        #expect(settings.limits == LimitSettings())
        #expect(settings.bootstrapKey == nil)
    }

    @Test func `a flag goes over a variable and a variable over the file`() throws {
        let file = #"{"limits": {"peers": 1, "bodyBytes": 2048}, "data": "f"}"#
        let variables = ["BINDERY_LIMITS_PEERS": "2", "BINDERY_DATA": "v"]
        let all = try Reading.settings(file, variables, ["--limits-peers", "3"])
        #expect(all.limits.peerCountMax == 3)
        #expect(all.dataFolder == "v")
        #expect(all.limits.bodyByteCountMax == 2048)
        #expect(try Reading.settings(file, variables).limits.peerCountMax == 2)
        #expect(try Reading.settings(file).limits.peerCountMax == 1)
    }

    @Test func `the file of the contract is read whole`() throws {
        let settings = try Reading.settings(
            """
            {"listen": "0.0.0.0:8443", "data": "/var/lib/bindery", "journal": "memory",
             "environments": [{"name": "production", "tier": "production"},
                              {"name": "qa", "tier": "nonproduction"}],
             "secrets": {"env": {"prefix": "ACME_"}, "file": {"root": "/run/secrets"},
                         "vault": {"address": "http://vault:8200/", "mount": "kv/team",
                                   "tokenFile": "/run/token"}},
             "limits": {"bodyBytes": 4096, "headerBytes": 8192, "targetBytes": 512, "peers": 9,
                        "peersPerAddress": 3},
             "outbound": {"allow": ["127.0.0.0/8", "::1"], "caFile": "ca.pem"},
             "execution": {"timeoutMs": 5000, "breaker": {"failures": 3, "failurePercent": 25,
                           "minimumCalls": 4, "windowSeconds": 10, "openSeconds": 60}},
             "health": {"freshSeconds": 60}, "auth": {"failuresPerMinute": 7},
             "audit": {"retentionDays": 30, "failOpen": true}, "drainSeconds": 5,
             "ledger": {"snapshotEvery": 100, "retention": 4}}
            """
        )
        #expect(settings.listen == [.internet(SocketAddress(host: "0.0.0.0", port: 8443))])
        guard case .memory = settings.journal else { return #expect(Bool(false)) }
        #expect(settings.addedEnvironments.map(\.name.text) == ["qa"])
        #expect(settings.secrets.environmentPrefix == "ACME_")
        #expect(settings.secrets.vaultAddress == "http://vault:8200")
        #expect(settings.secrets.vaultMount == "kv/team")
        #expect(settings.limits.peerCountMaxPerAddress == 3)
        #expect(settings.outbound.allow.map(\.text) == ["127.0.0.0/8", "::1"])
        #expect(settings.execution.timeout == .seconds(5))
        #expect(settings.execution.breakerWindow == .seconds(10))
        #expect(settings.audit == AuditSettings(retentionDayCount: 30, isFailOpen: true))
        #expect(settings.ledger == LedgerSettings(snapshotInterval: 100, snapshotCount: 4))
        #expect(settings.drain == .seconds(5))
    }

    @Test func `a list is repeated as a flag and separated by commas as text`() throws {
        let flags = ["--outbound-allow", "10.0.0.0/8", "--outbound-allow=127.0.0.0/8,::1/128"]
        let allow = try Reading.settings(nil, [:], flags).outbound.allow.map(\.text)
        #expect(allow == ["10.0.0.0/8", "127.0.0.0/8", "::1/128"])
        let variable = ["BINDERY_OUTBOUND_ALLOW": ""]
        #expect(try Reading.settings(nil, variable).outbound.allow.isEmpty)
        let qa = try Reading.settings(nil, ["BINDERY_ENVIRONMENTS": "qa:nonproduction"])
        #expect(qa.environments.last?.tier == .nonproduction)
    }

    @Test func `unknown settings of every source are named at once, with the nearest`() {
        let problems = Reading.problems(
            #"{"limits": {"bodyByte": 1}, "listne": "x", "secrets": {"vault": {"adress": "x"}}}"#,
            ["BINDERY_DATAA": "x", "PATH": "/bin", "BINDERY_WHATEVER_IT_IS": "x"]
        )
        #expect(
            problems == [
                "f.json#/limits/bodyByte: there is no setting limits.bodyByte "
                    + "(did you mean limits.bodyBytes?)",
                "f.json#/listne: there is no setting listne (did you mean listen?)",
                "f.json#/secrets/vault/adress: there is no setting secrets.vault.adress "
                    + "(did you mean secrets.vault.address?)",
                "BINDERY_DATAA: there is no setting of this name (did you mean BINDERY_DATA?)",
                "BINDERY_WHATEVER_IT_IS: there is no setting of this name",
            ]
        )
    }

    @Test func `variables of secrets, keys and the file's name are no settings`() throws {
        let names = [
            "BINDERY_SECRET_STRIPE", "BINDERY_KEY", "BINDERY_CONFIG", "BINDERY_VAULTED_A",
            "BINDERY_SECRETS_ENV_PREFIX",
        ]
        var variables = Dictionary(uniqueKeysWithValues: names.map { ($0, "x") })
        variables["BINDERY_SECRETS_ENV_PREFIX"] = "BINDERY_VAULTED_"
        let settings = try Reading.settings(nil, variables)
        #expect(settings.secrets.environmentPrefix == "BINDERY_VAULTED_")
    }

    @Test func `a group that is no object is told`() {
        let problems = Reading.problems(#"{"limits": 5, "secrets": {"vault": null}}"#)
        #expect(
            problems == [
                "f.json#/limits: limits must be an object, not integer",
                "f.json#/secrets/vault: secrets.vault must be an object, not null",
            ]
        )
    }

    @Test func `a value that another one overrides is checked too`() {
        let problems = Reading.problems(#"{"data": 5}"#, [:], ["--data", "x"])
        #expect(problems == ["f.json#/data: data must be a path of 1 to 4096 bytes"])
    }

    @Test func `Vault needs its address and its token file`() {
        let vault = ["BINDERY_SECRETS_VAULT_ADDRESS": "http://v"]
        #expect(
            Reading.problems(nil, vault) == [
                "BINDERY_SECRETS_VAULT_ADDRESS: secrets.vault.address needs "
                    + "secrets.vault.tokenFile beside it"
            ]
        )
        #expect(Reading.problems(nil, vault, ["--secrets-vault-token-file=t"]).isEmpty)
        #expect(Reading.problems(nil, [:], ["--secrets-vault-token-file=t"]).count == 1)
    }

    @Test(arguments: [
        ("--cors-origins", "CORS")
    ])
    func `what comes later is said and not swallowed`(_ flag: String, _ word: String) {
        let problems = Reading.problems(nil, [:], [flag, "x"])
        #expect(problems.count == 1)
        #expect(problems.first?.contains("\(word) comes with a later version") == true)
    }

    @Test func `as many problems are told as the limit says`() {
        let members = (0..<60).map { #""unknown\#($0)": 1"# }.joined(separator: ",")
        #expect(Reading.problems("{\(members)}").count == SettingsReader.problemCountMax)
    }

    @Test func `of a database's URL only what is surely no password is shown`() throws {
        let places = [
            "postgres://db/bindery": "postgres://db/bindery",
            "postgres://me:s3cret@db:5432/bindery": "postgres://db:5432/bindery",
            "postgresql://me:s3@ret@a:1,b:2,[::1]:3/x?sslmode=require":
                "postgresql://a:1,b:2,[::1]:3/x",
            "postgres://me:s3?ret@db/x": "postgres://…",
            "postgres://me:s3cret": "postgres://…",
            "postgres://me:s3/c/ret@db/x": "postgres://db/x",
            "postgres://db/x?password=a@b": "postgres://…",
        ]
        for (url, place) in places {
            let settings = try Reading.settings(nil, ["BINDERY_JOURNAL": url])
            guard case .postgres(let found) = settings.journal else {
                Issue.record("no database: \(url)")
                continue
            }
            #expect(found.place == place)
            #expect(!"\(settings)".contains("s3"))
        }
        for wrong in ["postgres", "postgres:/x", "mysql://x", "postgres://a b", "postgres://a\nb"] {
            let lines = Reading.problems(nil, ["BINDERY_JOURNAL": wrong])
            #expect(lines.count == 1)
            #expect(lines.first?.contains("the URL of a PostgreSQL database") == true)
        }
    }
}
