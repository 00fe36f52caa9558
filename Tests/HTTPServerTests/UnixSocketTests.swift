import Foundation
import HTTPWire
import Platform
import TLSTesting
import Testing

@testable import HTTPServer

@Suite struct UnixSocketTests {
    private static let get = "GET /a HTTP/1.1\r\nHost: a\r\n\r\n"

    private static func path(in folder: TestCertificateFolder) throws -> UnixSocketPath {
        try #require(UnixSocketPath("unix:\(folder.path)/s"))
    }

    private static func mode(_ path: UnixSocketPath) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path.path)[.posixPermissions] as? Int
    }

    private static func run(
        _ path: UnixSocketPath,
        configure: @escaping (inout ServerConfiguration) -> Void = { _ in },
        body: (TestServer) async throws -> Void
    ) async throws {
        let route: TestServer.Route = { request in .text(request.peerAddress) }
        try await TestServer.run(
            route,
            configure: { configuration in
                configuration.unixSockets = [path]
                configure(&configuration)
            },
            body: body
        )
    }

    @Test func `serves, and removes its file at the end`() async throws {
        let folder = try TestCertificateFolder()
        let path = try Self.path(in: folder)
        try await Self.run(path) { server in
            let client = WireClient(over: try SocketPeer(connectingTo: path))
            try await client.send(Self.get)
            #expect(try await client.answer()?.text == "unix")
            let mode = try Self.mode(path)
            #expect(mode == 0o660)
            #expect(server.addresses.count == 1)
        }
        #expect(!FileManager.default.fileExists(atPath: path.path))
    }

    @Test func `what a client sent before it closed at once is served`() async throws {
        let folder = try TestCertificateFolder()
        let path = try Self.path(in: folder)
        try await Self.run(path) { server in
            for _ in 0..<20 {
                let client = WireClient(over: try SocketPeer(connectingTo: path))
                try await client.send(Self.get)
            }
            for _ in 0..<1000 where server.server.statistics.requests < 20 {
                try await Task.sleep(for: .milliseconds(10))
            }
            #expect(server.server.statistics.requests == 20)
            for _ in 0..<1000 where server.server.statistics.peers > 0 {
                try await Task.sleep(for: .milliseconds(10))
            }
            #expect(server.server.statistics.peers == 0)
        }
    }

    @Test func `its mode can be set`() async throws {
        let folder = try TestCertificateFolder()
        var path = try Self.path(in: folder)
        path.mode = 0o606
        try await Self.run(path) { _ in
            let mode = try Self.mode(path)
            #expect(mode == 0o606)
        }
    }

    @Test func `limits of an address do not count its peers together`() async throws {
        let folder = try TestCertificateFolder()
        let path = try Self.path(in: folder)
        try await Self.run(
            path,
            configure: { $0.peerCountMaxPerAddress = 1 },
            body: { server in
                let clients = try (0..<3)
                    .map { _ in WireClient(over: try SocketPeer(connectingTo: path)) }
                for client in clients {
                    try await client.send(Self.get)
                    #expect(try await client.answer()?.status == 200)
                }
                // The limit is still there for the others.
                let (first, second) = (try server.connect(), try server.connect())
                try await first.send(Self.get)
                #expect(try await first.answer()?.status == 200)
                #expect(try await second.answer()?.status == 503)
            }
        )
    }

    @Test func `takes the place of a socket on which nobody answers`() async throws {
        let folder = try TestCertificateFolder()
        let path = try Self.path(in: folder)
        let (kept, stale) = (folder.path + "/kept", path.path)
        do {
            let listener = try SocketListener(unix: path)
            // What a killed process leaves: the file without its listener.
            try FileManager.default.moveItem(atPath: stale, toPath: kept)
            withExtendedLifetime(listener) {}
        }
        try FileManager.default.moveItem(atPath: kept, toPath: stale)
        try await Self.run(path) { _ in
            let client = WireClient(over: try SocketPeer(connectingTo: path))
            try await client.send(Self.get)
            #expect(try await client.answer()?.status == 200)
        }
    }

    @Test func `leaves a socket alone on which somebody answers`() throws {
        let folder = try TestCertificateFolder()
        let path = try Self.path(in: folder)
        let listener = try SocketListener(unix: path)
        let error = #expect(throws: SystemError.self) { try SocketListener(unix: path) }
        #expect(error?.message == "bind \(path): Address already in use")
        _ = try SocketPeer(connectingTo: path)
        withExtendedLifetime(listener) {}
    }

    @Test func `leaves a file alone that is no socket`() throws {
        let folder = try TestCertificateFolder()
        let path = try Self.path(in: folder)
        try folder.write("s", "a file of somebody else")
        let error = #expect(throws: SystemError.self) { try SocketListener(unix: path) }
        #expect(error?.message == "bind \(path), which is no socket: File exists")
        #expect(FileManager.default.contents(atPath: path.path)?.count == 23)
    }

    @Test func `a file that took its place meanwhile is not removed`() throws {
        let folder = try TestCertificateFolder()
        let path = try Self.path(in: folder)
        do {
            let listener = try SocketListener(unix: path)
            try folder.write("s", "a file of somebody else")
            listener.stopListening()
        }
        #expect(FileManager.default.fileExists(atPath: path.path))
    }

    @Test(arguments: [(107, true), (108, false)])
    func `bounds its path`(_ byteCount: Int, _ isGood: Bool) {
        let path = "/" + String(repeating: "a", count: byteCount - 1)
        #expect((UnixSocketPath("unix:" + path) != nil) == isGood)
    }

    @Test(arguments: [
        "", "unix:", "unix:relative", "/path", "unix:/a/", "unix:/a\u{0}b", "127.0.0.1:1",
    ])
    func `is an absolute path behind its prefix`(_ text: String) {
        #expect(UnixSocketPath(text) == nil)
    }
}
