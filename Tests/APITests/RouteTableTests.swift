import HTTPWire
import JSON
import Testing

@testable import API

@Suite struct RouteTableTests {
    /// What anybody may read (API section 3), as far as it is there.
    static let anonymousPaths: Set<String> = [
        "/livez", "/readyz", "/openapi.json", "/.well-known/authzen-configuration",
        "/v1/connect/callback",
    ]

    @Test func `a name stands once, and is an operation's`() {
        let names = Routes.all.map(\.name)
        #expect(Set(names).count == names.count)
        for name in names {
            #expect(name.first?.isLowercase ?? false)
            #expect(
                name.utf8.allSatisfy { (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) }
            )
        }
    }

    @Test func `a method and path stand once, whatever the parameters are called`() {
        let shapes = Routes.all.map { route in
            let segments = route.path.segments.map { segment in
                if case .literal(let text) = segment { text } else { "{}" }
            }
            return "\(route.method.rawValue) /\(segments.joined(separator: "/"))"
        }
        #expect(Set(shapes).count == shapes.count)
    }

    @Test func `a route has an action, or is one of the few that anybody may read`() {
        for route in Routes.all {
            guard case .anyone = route.access else { continue }
            #expect(Self.anonymousPaths.contains(route.path.text), "\(route.name)")
            #expect(route.method == .get)
        }
    }

    @Test func `a route that a signature opens takes any bytes, and is no other's`() {
        for route in Routes.all {
            guard case .signature = route.access else {
                #expect(route.body != .raw, "\(route.name)")
                continue
            }
            #expect(route.method == .post && route.body == .raw && route.isAnonymous)
            #expect(!route.isWrite && route.knownParameters.isEmpty)
        }
    }

    @Test func `a reading method reads, and a writing one writes`() {
        for route in Routes.all {
            switch route.method {
            case .get:
                #expect(!route.isWrite, "\(route.name)")
                #expect(route.body == .none, "\(route.name)")
            case .put, .patch, .delete: #expect(route.isWrite, "\(route.name)")
            default: #expect(route.method == .post, "\(route.name)")
            }
        }
    }

    @Test func `what is about a tenant names it in the path, first`() {
        for route in Routes.all where route.path.parameters.contains("tenant") {
            #expect(route.path.text.hasPrefix("/v1/tenants/{tenant}/"), "\(route.name)")
            #expect(route.path.parameters.first == "tenant")
        }
    }

    @Test func `a parameter of a path stands once in it`() {
        for route in Routes.all {
            #expect(Set(route.path.parameters).count == route.path.parameters.count)
            #expect(!route.path.text.hasSuffix("/"))
        }
    }

    @Test func `only what makes a key shows a secret, and only execute claims durably`() {
        for route in Routes.all {
            let makesKey = route.name.hasPrefix("create") && route.name.hasSuffix("Key")
            #expect((route.secretMembers == ["key"]) == makesKey, "\(route.name)")
            #expect(route.claimsDurably == (route.name == "executeCapability"), "\(route.name)")
        }
    }
}
