import Commands
import HTTPWire
import Testing

@testable import API

@Suite struct RouterTests {
    private static let table = [
        route(.get, "/things", "list"), route(.post, "/things", "create"),
        route(.get, "/things/{id}", "get"), route(.delete, "/things/{id}", "delete"),
        route(.get, "/things/all", "all"), route(.get, "/things/all/{part}/x", "allX"),
        route(.get, "/things/{id}/parts/{part}", "part"),
        route(.get, "/{kind}/all", "kind"), route(.head, "/only", "head"),
    ]
    private let router = Router(Self.table)

    private static func route(_ method: HTTPMethod, _ path: String, _ name: String) -> Route {
        Route(
            method,
            path,
            name,
            "",
            access: .anyone,
            answer: .nothing,
            audit: .nothing(.open),
            run: .now { _ throws(CommandError) in throw .notFound("such thing") }
        )
    }

    /// The name of the route and its values, or what else came of it.
    private func match(_ method: HTTPMethod, _ path: String) -> String {
        switch router.match(method, path: Array(path.utf8)[...]) {
        case .route(let index, let values):
            ([Self.table[index].name] + values).joined(separator: " ")
        case .methodNotAllowed(let methods, _): methods.map(\.rawValue).joined(separator: ",")
        case .notFound: "not found"
        }
    }

    @Test(arguments: [
        ("/things", "list"), ("/things/7", "get 7"), ("/things/all", "all"),
        ("/things/7/parts/9", "part 7 9"), ("/things/all/9/x", "allX 9"),
        // A literal leads nowhere here, so the parameter is tried.
        ("/things/all/parts/9", "part all 9"), ("/others/all", "kind others"),
        ("/things/all%2F", "get all/"), ("/things/a%2Fb", "get a/b"), ("/things/a%2fb", "get a/b"),
        ("/things/%E2%82%AC", "get €"), ("/things/a+b", "get a+b"), ("/things/%61ll", "all"),
        ("/things/..", "get .."), ("/things/%2E%2E", "get .."),
    ])
    func `finds the route and its values`(_ path: String, _ expected: String) {
        #expect(match(.get, path) == expected)
    }

    @Test(arguments: [
        "/", "", "/none", "/things/", "//things", "/things//", "/things//parts/9", "/Things",
        "/things/7/", "/things/7/parts", "/things/7/parts/", "/things/%", "/things/%4",
        "/things/%zz",
        "/things/%FF", "/things/%C0%AF", "/things?x", "things", "*",
    ])
    func `what is no route is not found`(_ path: String) {
        #expect(match(.get, path) == "not found")
    }

    @Test func `a path of more segments than any route's is not looked at`() {
        #expect(match(.get, String(repeating: "/a", count: Router.segmentCountMax)) == "not found")
        #expect(match(.get, String(repeating: "/a", count: 100_000)) == "not found")
    }

    @Test(arguments: [
        (HTTPMethod.put, "/things", "GET,HEAD,POST,OPTIONS"),
        (.patch, "/things/7", "GET,HEAD,DELETE,OPTIONS"),
        (.options, "/things/all", "GET,HEAD,OPTIONS"),
        (.get, "/only", "HEAD,OPTIONS"),
    ])
    func `another method is told what is allowed`(
        _ method: HTTPMethod,
        _ path: String,
        _ allowed: String
    ) { #expect(match(method, path) == allowed) }

    @Test func `HEAD is a GET unless it has a route of its own`() {
        #expect(match(.head, "/things/7") == "get 7")
        #expect(match(.head, "/only") == "head")
    }

    @Test func `every route of the API is found by its own path`() {
        let router = Router(Routes.all)
        for (index, route) in Routes.all.enumerated() {
            let path = route.path.segments
                .map { segment in
                    switch segment {
                    case .literal(let text): "/\(text)"
                    case .parameter(let name): "/\(name)-x"
                    }
                }
                .joined()
            guard
                case .route(let found, let values) = router.match(
                    route.method,
                    path: Array(path.utf8)[...]
                )
            else {
                Issue.record("\(route.name) is not found")
                continue
            }
            #expect(found == index)
            #expect(values == route.path.parameters.map { "\($0)-x" })
        }
    }
}
