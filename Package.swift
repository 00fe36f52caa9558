// swift-tools-version: 6.3
import PackageDescription

// Every Swift target is built alike; each of these guards was seen to fire.
let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .strictMemorySafety(),  // Unsafe use without the word `unsafe` does not build.
    .treatAllWarnings(as: .error),
]

// A room of the house: its name, and the rooms it may enter (docs/architecture.md).
func room(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies, swiftSettings: settings)
}

// `swift build --traits PostgreSQL`: the journal of many replicas, which links libpq. The trait is
// also the compile condition `PostgreSQL`.
let withPostgreSQL = TargetDependencyCondition.when(traits: ["PostgreSQL"])

let rooms: [Target] = [
    .target(
        name: "CShims",
        linkerSettings: [.linkedLibrary("ssl"), .linkedLibrary("crypto"), .linkedLibrary("curl")]
    ),
    room("Platform", ["CShims"]),
    room("JSON"),
    room("HTTPWire"),
    room("HTTPServer", ["HTTPWire", "Platform"]),

    room("Model", ["JSON"]),
    room("Policy", ["Model", "JSON"]),
    room("Resolver", ["Model", "Policy", "JSON"]),

    room("Limits"),
    room("Ledger", ["Model", "JSON"]),
    room("LedgerFile", ["Ledger", "Platform"]),
    .systemLibrary(name: "CPostgres", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
    // Empty without the trait, so that a machine without libpq builds and tests everything else.
    room(
        "LedgerPostgres",
        [
            "Ledger", "Limits", "Platform", "CShims",
            .target(name: "CPostgres", condition: withPostgreSQL),
        ]
    ),
    room("Audit", ["Model", "JSON", "Platform"]),
    room("Outbound", ["CShims", "Platform"]),
    room("Tokens", ["Model", "JSON", "Platform", "Outbound"]),
    room("Secrets", ["Model", "JSON", "Platform", "Outbound"]),
    room(
        "Execution",
        [
            "Model", "JSON", "Policy", "Resolver", "Secrets", "Outbound", "Audit", "Limits",
            "Platform",
        ]
    ),
    room("Alerts", ["Model", "JSON", "Ledger", "Secrets", "Outbound", "Platform"]),

    room(
        "Commands",
        [
            "Model", "JSON", "Policy", "Resolver", "Ledger", "Audit", "Secrets", "Execution",
            "Tokens", "Platform",
        ]
    ),
    room(
        "API",
        [
            "Commands", "HTTPServer", "HTTPWire", "Model", "JSON", "Policy", "Audit", "Tokens",
            "Platform",
        ]
    ),
    .executableTarget(
        name: "bindery",
        dependencies: [
            "API", "Commands", "HTTPServer", "HTTPWire", "Model", "JSON", "Policy", "Resolver",
            "Ledger", "LedgerFile", "Limits", "Audit", "Secrets", "Outbound", "Execution", "Tokens",
            "Alerts", "Platform",
            .target(name: "LedgerPostgres", condition: withPostgreSQL),
        ],
        swiftSettings: settings
    ),
]

let suites: [Target] = [
    // Waiting that ends, for the suites that wait for other threads and processes.
    .target(name: "Waiting", path: "Tests/Waiting", swiftSettings: settings),
    // The rules that every journal keeps, run by the suites of the journals.
    .target(
        name: "JournalConformance",
        dependencies: ["Ledger", "Waiting"],
        path: "Tests/JournalConformance",
        swiftSettings: settings
    ),
    // Certificates and TLS clients for the suites of the server, the Platform and the binary.
    .target(
        name: "TLSTesting",
        dependencies: ["CShims", "Platform"],
        path: "Tests/TLSTesting",
        swiftSettings: settings
    ),
    // Keys that sign tokens, as identity providers have them.
    .target(
        name: "TokenTesting",
        dependencies: ["CShims", "Platform"],
        path: "Tests/TokenTesting",
        swiftSettings: settings
    ),
    // The secrets that the suites' connections name.
    .target(
        name: "SecretTesting",
        dependencies: ["Model", "Platform", "Secrets"],
        path: "Tests/SecretTesting",
        swiftSettings: settings
    ),
    tests("JSONTests", ["JSON"]),
    tests("HTTPWireTests", ["HTTPWire"]),
    tests("PlatformTests", ["Platform", "TLSTesting", "TokenTesting", "Waiting"]),
    tests("HTTPServerTests", ["HTTPServer", "HTTPWire", "Platform", "TLSTesting", "Waiting"]),
    tests("ModelTests", ["Model", "JSON"]),
    tests("PolicyTests", ["Policy", "Model", "JSON"]),
    tests("ResolverTests", ["Resolver", "Policy", "Model", "JSON"]),
    tests("LedgerTests", ["Ledger", "Model", "JSON", "JournalConformance", "Waiting"]),
    tests("LedgerFileTests", ["LedgerFile", "Ledger", "Platform", "JournalConformance"]),
    tests(
        "LedgerPostgresTests",
        [
            "LedgerPostgres", "Ledger", "Limits", "Execution", "Model", "JSON", "Platform",
            "JournalConformance", "Waiting",
        ]
    ),
    tests("AuditTests", ["Audit", "Model", "JSON", "Platform"]),
    tests("OutboundTests", ["Outbound", "Platform", "Waiting"]),
    tests(
        "TokensTests",
        ["Tokens", "Outbound", "Model", "JSON", "Platform", "TokenTesting", "Waiting"]
    ),
    tests("SecretsTests", ["Secrets", "Outbound", "Model", "JSON", "Platform", "Waiting"]),
    tests(
        "AlertsTests",
        [
            "Alerts", "Ledger", "LedgerFile", "Secrets", "Outbound", "HTTPServer", "HTTPWire",
            "Model", "JSON", "Platform", "Waiting",
        ]
    ),
    tests(
        "ExecutionTests",
        [
            "Execution", "Limits", "Model", "JSON", "Policy", "Resolver", "Secrets", "Outbound",
            "Audit", "Platform", "TokenTesting", "Waiting",
        ]
    ),
    tests(
        "CommandsTests",
        [
            "Commands", "Model", "JSON", "Policy", "Resolver", "Ledger", "Audit", "Secrets",
            "Execution", "Outbound", "Platform", "Tokens", "SecretTesting", "TokenTesting",
        ]
    ),
    tests(
        "APITests",
        [
            "API", "Commands", "HTTPServer", "HTTPWire", "Model", "JSON", "Policy", "Audit",
            "Platform", "Ledger", "Secrets", "Execution", "Outbound", "Tokens", "SecretTesting",
            "TokenTesting", "Waiting",
        ]
    ),
    tests(
        "BinderyTests",
        [
            "bindery", "Audit", "Commands", "HTTPServer", "HTTPWire", "JSON", "Ledger", "Model",
            "Outbound", "Platform", "Resolver", "Tokens",
        ]
    ),
    tests(
        "BlackBoxTests",
        ["Platform", "JSON", "HTTPWire", "TLSTesting", "TokenTesting", "Waiting"]
    ),
]

let package = Package(
    name: "bindery",
    traits: [.trait(name: "PostgreSQL", description: "The journal in PostgreSQL, by libpq.")],
    targets: rooms + suites,
    swiftLanguageModes: [.v6]
)
