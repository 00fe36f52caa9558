import Testing

@testable import bindery

@Suite struct SettingTests {
    @Test func `every setting has a name of its own in each source`() {
        #expect(Set(Setting.all.map(\.path)).count == Setting.all.count)
        #expect(Set(Setting.all.map(\.flag)).count == Setting.all.count)
        #expect(Set(Setting.all.map(\.variable)).count == Setting.all.count)
        // A path that is a setting and a group at once could not be told apart in the file.
        for path in Setting.paths { #expect(!Setting.isGroup(path)) }
    }

    @Test(arguments: [
        ("listen", "--listen", "BINDERY_LISTEN"),
        ("outbound.allow", "--outbound-allow", "BINDERY_OUTBOUND_ALLOW"),
        ("tls.cert", "--tls-cert", "BINDERY_TLS_CERT"),
        (
            "limits.peersPerAddress", "--limits-peers-per-address",
            "BINDERY_LIMITS_PEERS_PER_ADDRESS"
        ),
    ])
    func `is named after its path`(_ path: String, _ flag: String, _ variable: String) throws {
        let setting = try #require(Setting.named(path))
        #expect(setting.flag == flag)
        #expect(setting.variable == variable)
    }

    @Test func `takes its own default`() {
        for setting in Setting.all where !setting.isReserved && !setting.defaultText.isEmpty {
            #expect(Reading.problems(nil, [setting.variable: setting.defaultText]).isEmpty)
        }
    }

    @Test(arguments: [
        ("limits.bodyBytes", 1024, 16_777_216), ("limits.headerBytes", 1024, 1_048_576),
        ("limits.targetBytes", 256, 65_536), ("limits.peers", 1, 1_000_000),
        ("execution.timeoutMs", 1, 120_000), ("execution.breaker.failurePercent", 1, 100),
        ("execution.callsPerConnection", 1, 100_000),
        ("audit.retentionDays", 1, 36_500),
        ("audit.retentionBytes", 0, 1_000_000_000_000_000),
        ("audit.segmentBytes", 1_048_576, 1_073_741_824), ("ledger.retention", 1, 1000),
        ("drainSeconds", 1, 3600), ("limits.fields", 8, 1000),
        ("limits.requestMemoryBytes", 33_554_432, 1_099_511_627_776),
        ("limits.requestsPerPeer", 1, 1_000_000_000), ("limits.bodyBytesPerSecond", 0, 1_000_000),
        ("limits.answerBytesPerSecond", 0, 1_000_000), ("limits.pipelineBytes", 4096, 1_048_576),
        ("limits.outputBytes", 16_384, 16_777_216),
        ("limits.lingerBytes", 65_536, 1_073_741_824), ("limits.trailerBytes", 256, 1_048_576),
        ("limits.chunkExtensionBytes", 256, 1_048_576), ("deadlines.headerSeconds", 1, 3600),
        ("deadlines.bodySeconds", 1, 3600), ("deadlines.bodyGraceSeconds", 1, 3600),
        ("deadlines.idleSeconds", 1, 86_400), ("deadlines.writeStallSeconds", 1, 3600),
        ("deadlines.lingerSeconds", 1, 3600), ("deadlines.drainIdleMs", 1, 60_000),
    ])
    func `takes its limits and refuses one beyond`(_ path: String, _ low: Int, _ high: Int) throws {
        let setting = try #require(Setting.named(path))
        for value in [low, high] {
            #expect(Reading.problems(nil, [setting.variable: "\(value)"]).isEmpty)
        }
        for value in [low - 1, high + 1] {
            let problems = Reading.problems(nil, [:], ["\(setting.flag)=\(value)"])
            let start = "\(setting.flag): \(path) must be an integer from \(low) to \(high)"
            #expect(problems.first?.hasPrefix(start) == true)
        }
    }

    @Test(arguments: ["0", "1", "0.05", "1.0", "0.000001"])
    func `takes a fraction`(_ text: String) {
        #expect(Reading.problems(nil, ["BINDERY_ACCESS_LOG_SAMPLE": text]).isEmpty)
    }

    @Test(arguments: [
        "", ".", "1.000001", "-0.1", "+1", "1e-3", "0x1p-4", "nan", "inf", "10%", "1,0",
    ])
    func `refuses what is no fraction`(_ text: String) {
        let problems = Reading.problems(nil, ["BINDERY_ACCESS_LOG_SAMPLE": text])
        #expect(problems.count == 1)
        #expect(problems.first?.contains("must be a number from 0 to 1") == true)
    }

    @Test(arguments: ["", "x", "1.5", "+5", "1e3", " 5", "0x10", "99999999999999999999"])
    func `refuses text that is no integer`(_ text: String) {
        #expect(Reading.problems(nil, ["BINDERY_LIMITS_PEERS": text]).count == 1)
    }

    @Test(arguments: [#""5""#, "1.5", "true", "null", "[]", "{}", "1e400"])
    func `refuses JSON that is no integer`(_ json: String) {
        #expect(Reading.problems(#"{"limits": {"peers": \#(json)}}"#).count == 1)
    }

    @Test func `names the place of a list's wrong item`() {
        let problems = Reading.problems(#"{"outbound": {"allow": ["10.0.0.0/8", "10.0.0.1/8"]}}"#)
        #expect(problems.count == 1)
        #expect(
            problems.first?.hasPrefix("f.json#/outbound/allow/1: outbound.allow item 1:") == true
        )
        let many = [String](repeating: #""10.0.0.0/8""#, count: 257).joined(separator: ",")
        #expect(Reading.problems(#"{"outbound": {"allow": [\#(many)]}}"#).count == 1)
    }

    @Test(arguments: [
        #"{"name": "a b", "tier": "production"}"#, #"{"name": "qa", "tier": "test"}"#,
        #"{"name": "qa"}"#, #"{"name": "qa", "tier": "production", "x": 1}"#, #""qa""#,
        #"{"name": "production", "tier": "nonproduction"}"#,
        #"{"name": "qa", "tier": "production"}, {"name": "qa", "tier": "production"}"#,
    ])
    func `refuses an environment that is none`(_ json: String) {
        let problems = Reading.problems(#"{"environments": [\#(json)]}"#)
        #expect(problems.count == 1)
        #expect(problems.first?.contains("environments") == true)
    }

    @Test(arguments: ["BINDERY_", "BINDERY_BOOTSTRAP_KEY", "B", "", "1A", "A-B"])
    func `refuses a prefix that reaches the bootstrap key or is no name`(_ prefix: String) {
        #expect(!Reading.problems(nil, [:], ["--secrets-env-prefix=\(prefix)"]).isEmpty)
    }

    @Test(arguments: [
        "ftp://v", "v:8200", "http://", "http://u@v", "http://v?a", "http://v#a", "http://v:0",
        "http://v:65536", "http://[::1", "http://v w",
    ])
    func `refuses what is no server's address`(_ url: String) {
        let flags = ["--secrets-vault-address", url, "--secrets-vault-token-file", "f"]
        #expect(!Reading.problems(nil, [:], flags).isEmpty)
    }

    @Test func `never repeats a value, which may be a secret`() {
        for setting in Setting.all {
            let secret = "sk_live_0123456789abcdef"
            for problem in Reading.problems(nil, [setting.variable: secret]) {
                #expect(setting.path == "outbound.allow" || !problem.contains(secret))
            }
        }
    }
}
