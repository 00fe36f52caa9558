import JSON
import Model
import Resolver
import Testing

@Suite struct BrandingReportTests {
    private static func codes(_ branding: JSONValue) throws -> Set<String> {
        var world = try ConfigValidatorTests.valid()
        world.branding = branding
        let report = try world.report()
        return report.errorCodes.union(report.warningCodes)
    }

    @Test(arguments: [
        "billing.acme.com", "a.b", "A-1.Example.COM", "xn--bcher-kva.example", "1.2.3.example",
        String(repeating: "x", count: 63) + ".com",
        Array(repeating: String(repeating: "a", count: 49), count: 5).joined(separator: ".")
            + ".de",
    ])
    func `a domain of the public DNS is valid`(_ domain: String) throws {
        #expect(try Self.codes(["customDomain": .string(domain)]) == [])
    }

    @Test(arguments: [
        "", "localhost", "not a domain", "http://billing.acme.com", "-bad.example.com",
        "bad-.example.com", "a..b", ".a.b", "a.b.", "billing.acme.com/path", "acme.com:443",
        "exa_mple!.com", "1.2.3.4", "a.1", "bücher.example", "*.acme.com", "a@b.com",
        String(repeating: "x", count: 64) + ".com",
        Array(repeating: String(repeating: "a", count: 49), count: 5).joined(separator: ".")
            + ".museum",
    ])
    func `anything else is not`(_ domain: String) throws {
        #expect(try Self.codes(["customDomain": .string(domain)]) == ["INVALID_DOMAIN"])
    }

    private static func codes(url: String, type: String = "logo") throws -> Set<String> {
        try codes(["assets": [["type": .string(type), "url": .string(url)]]])
    }

    @Test(arguments: [
        "https://assets.acme.com/logo.svg", "HTTPS://a.example/l.PNG?x=1#y", "https://a/b.webp",
        "https://a.example:8443/l.ico", "https://[2001:db8::1]/l.gif", "https://a.example",
        "https://a.example/v1.2/logo", "https://a.example/logo%20x.jpeg",
    ])
    func `https with a host is secure`(_ url: String) throws {
        #expect(try Self.codes(url: url) == [])
    }

    @Test(arguments: [
        "http://assets.acme.com/logo.svg", "//assets.acme.com/logo.svg", "javascript:alert(1)",
        "data:image/svg+xml;base64,AAAA", "ftp://a.b/c.png", "", "https://", "https:///logo.svg",
        "https:/a/logo.svg", "https://user:pass@a.example/l.svg", "https://a.example/l o.svg",
        "https://a.example\\@b.example/l.svg", "https://a.example:0/l.svg",
        "https://a.example:99999/l.svg", "https://?x.svg", "https://-a/l.svg", " https://a/l.svg",
        "https://a.example/\u{e9}.svg", "https://a.example/l.svg\n", "logo.svg",
    ])
    func `anything else is insecure`(_ url: String) throws {
        #expect(try Self.codes(url: url) == ["INSECURE_ASSET_URL"])
    }

    @Test(arguments: [
        ("logo", "logo.exe", true), ("logo-dark", "l.pdf", true), ("favicon", "f.html", true),
        ("logo", "logo.tar.png", false), ("font", "a.woff2", false), ("font", "a.svg", true),
        ("terms", "a.pdf", false), ("appIcon", "a.exe", false), ("Icon", "a.exe", true),
        ("logo", "logo.", true),
    ])
    func `a file's kind must fit the type`(
        _ type: String,
        _ file: String,
        _ isUnexpected: Bool
    ) throws {
        let codes = try Self.codes(url: "https://a.example/\(file)", type: type)
        #expect(codes == (isUnexpected ? ["UNEXPECTED_ASSET_TYPE"] : []))
    }

    // MARK: What the blueprint brings

    private static func findings(
        _ defaults: JSONValue,
        _ own: JSONValue?,
        takenDomains: Set<String> = []
    ) throws -> Set<String> {
        var world = try ConfigValidatorTests.valid()
        world.blueprintBranding = defaults
        world.branding = own
        let report = try world.report(takenDomains: takenDomains)
        return Set((report.errors + report.warnings).map { "\($0.code.rawValue) \($0.pointer)" })
    }

    private static let blueprint = "/meta/blueprintVersion"
    private static let bad: JSONValue = [
        "customDomain": "not a domain",
        "assets": [
            ["type": "logo", "url": "http://a.example/l.png"],
            ["type": "icon", "url": "https://a.example/i.exe"],
        ],
    ]

    @Test func `what the blueprint brings and nobody overrides is judged, at the blueprint`() throws
    {
        let all: Set = [
            "INVALID_DOMAIN \(Self.blueprint)", "INSECURE_ASSET_URL \(Self.blueprint)",
            "UNEXPECTED_ASSET_TYPE \(Self.blueprint)",
        ]
        #expect(try Self.findings(Self.bad, nil) == all)
        #expect(try Self.findings(Self.bad, ["appName": "Acme"]) == all)
    }

    @Test func `what the config puts over it is judged in its place`() throws {
        let own: JSONValue = [
            "customDomain": "billing.example.com",
            "assets": [["type": "logo", "url": "https://a.example/l.png"]],
        ]
        #expect(try Self.findings(Self.bad, own) == ["UNEXPECTED_ASSET_TYPE \(Self.blueprint)"])
        let worse: JSONValue = [
            "customDomain": "localhost", "assets": [["type": "logo", "url": "ftp://a.example/l"]],
        ]
        #expect(
            try Self.findings(Self.bad, worse) == [
                "INVALID_DOMAIN /branding/customDomain",
                "INSECURE_ASSET_URL /branding/assets/0/url",
                "UNEXPECTED_ASSET_TYPE \(Self.blueprint)",
            ]
        )
    }

    @Test func `a domain of the blueprint's is taken as one of the config's own is`() throws {
        let defaults: JSONValue = ["customDomain": "Pay.example.com"]
        let taken: Set = ["pay.example.com"]
        let found = try Self.findings(defaults, nil, takenDomains: taken)
        #expect(found == ["DUPLICATE_DOMAIN \(Self.blueprint)"])
        let own: JSONValue = ["customDomain": "own.example.com"]
        #expect(try Self.findings(defaults, own, takenDomains: taken) == [])
    }
}
