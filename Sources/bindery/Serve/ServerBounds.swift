import HTTPServer
import HTTPWire

/// Every bound of the HTTP server, from the settings.
enum ServerBounds {
    /// Sets them.
    static func set(_ settings: Settings, in configuration: inout ServerConfiguration) {
        let (limits, deadlines) = (settings.limits, settings.deadlines)
        configuration.limits.bodyByteCountMax = limits.bodyByteCountMax
        configuration.limits.headerByteCountMax = limits.headerByteCountMax
        configuration.limits.fieldCountMax = limits.fieldCountMax
        configuration.limits.targetByteCountMax = limits.targetByteCountMax
        configuration.limits.trailerByteCountMax = limits.trailerByteCountMax
        configuration.limits.chunkExtensionByteCountMax = limits.chunkExtensionByteCountMax
        configuration.peerCountMax = limits.peerCountMax
        configuration.peerCountMaxPerAddress = limits.peerCountMaxPerAddress
        configuration.requestCountMaxPerPeer = limits.requestCountMaxPerPeer
        configuration.requestByteCountMax = limits.requestByteCountMax
        configuration.inputByteCountMax = limits.pipelineByteCountMax
        configuration.outputByteCountMax = limits.outputByteCountMax
        configuration.lingerByteCountMax = limits.lingerByteCountMax
        configuration.rates.bodyByteCount = limits.bodyByteCountPerSecond
        configuration.rates.bodyGrace = deadlines.bodyGrace
        configuration.rates.answerByteCount = limits.answerByteCountPerSecond
        configuration.deadlines.header = deadlines.header
        configuration.deadlines.body = deadlines.body
        configuration.deadlines.idle = deadlines.idle
        configuration.deadlines.writeStall = deadlines.writeStall
        configuration.deadlines.linger = deadlines.linger
        configuration.deadlines.drainIdle = deadlines.drainIdle
        configuration.deadlines.drain = settings.drain
    }
}
