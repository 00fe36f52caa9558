import Testing

@testable import Platform

@Suite struct SocketAddressTests {
    @Test(arguments: [
        ("127.0.0.1:8080", "127.0.0.1", 8_080), ("localhost:0", "localhost", 0),
        ("[::1]:65535", "::1", 65_535), ("[fe80::1]:1", "fe80::1", 1),
    ])
    func `reads and writes a host and port`(_ text: String, _ host: String, _ port: UInt16) throws {
        let address = try #require(SocketAddress(text))
        #expect(address == SocketAddress(host: host, port: port))
        #expect(address.description == text)
    }

    @Test(arguments: [
        "", ":", ":80", "a", "a:", "a:x", "a:65536", "a:-1", "a:+1", "a: 1", "::1:80", "[::1]",
        "[]:80",
        "[::1]80", "a:8O",
    ])
    func `refuses what is no host and port`(_ text: String) {
        #expect(SocketAddress(text) == nil)
    }
}
