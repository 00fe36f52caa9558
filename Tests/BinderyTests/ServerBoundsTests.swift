import HTTPServer
import HTTPWire
import Platform
import Testing

@testable import bindery

@Suite struct ServerBoundsTests {
    private func configuration(_ settings: Settings) -> ServerConfiguration {
        let address = SocketAddress(host: "127.0.0.1", port: 0)
        var configuration = ServerConfiguration(address: address)
        ServerBounds.set(settings, in: &configuration)
        return configuration
    }

    @Test func `the defaults of the settings are those of the server`() {
        let (ours, own) = (
            configuration(Settings()),
            ServerConfiguration(address: SocketAddress(host: "127.0.0.1", port: 0))
        )
        #expect(ours.limits == own.limits && ours.rates == own.rates)
        #expect("\(ours.deadlines)" == "\(own.deadlines)")
        #expect(ours.peerCountMax == own.peerCountMax)
        #expect(ours.peerCountMaxPerAddress == own.peerCountMaxPerAddress)
        #expect(ours.requestCountMaxPerPeer == own.requestCountMaxPerPeer)
        #expect(ours.requestByteCountMax == own.requestByteCountMax)
        #expect(ours.inputByteCountMax == own.inputByteCountMax)
        #expect(ours.outputByteCountMax == own.outputByteCountMax)
        #expect(ours.lingerByteCountMax == own.lingerByteCountMax)
    }

    @Test func `every setting of limits and deadlines changes the server`() throws {
        let initial = "\(configuration(Settings()))"
        for setting in Setting.limits + Setting.deadlines {
            var settings = Settings()
            let number = try #require(Int(setting.defaultText))
            try setting.set("\(number - 1)", in: &settings)
            #expect("\(configuration(settings))" != initial, "\(setting.path)")
        }
    }
}
