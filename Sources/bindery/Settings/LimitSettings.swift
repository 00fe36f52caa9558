/// The sizes, numbers and rates that the server keeps its clients to.
struct LimitSettings: Sendable, Hashable {
    /// The largest body, in bytes.
    var bodyByteCountMax = 1 << 20
    /// The largest header block, in bytes.
    var headerByteCountMax = 32 << 10
    /// The most header fields.
    var fieldCountMax = 100
    /// The longest request target, in bytes.
    var targetByteCountMax = 8 << 10
    /// The longest trailer section of a chunked body, in bytes.
    var trailerByteCountMax = 8 << 10
    /// The most chunk extensions of a body, in bytes.
    var chunkExtensionByteCountMax = 16 << 10
    /// The most connections of clients.
    var peerCountMax = 10_000
    /// The most connections of one client address.
    var peerCountMaxPerAddress = 10_000
    /// The most requests of one connection.
    var requestCountMaxPerPeer = 1_000_000
    /// The most memory of all requests that arrive or are served, in bytes.
    var requestByteCountMax = 256 << 20
    /// The most input that waits behind a running request, in bytes.
    var pipelineByteCountMax = 64 << 10
    /// The most answers that wait for a client before it gets no further one, in bytes.
    var outputByteCountMax = 256 << 10
    /// The most that is read and dropped of a client after its last answer, in bytes.
    var lingerByteCountMax = 256 << 20
    /// The slowest body, in bytes a second; 0 for any.
    var bodyByteCountPerSecond = 240
    /// The slowest reader of an answer, in bytes a second; 0 for any.
    var answerByteCountPerSecond = 240
}

/// How long clients may take.
struct DeadlineSettings: Sendable, Hashable {
    /// For the head of a request.
    var header = Duration.seconds(10)
    /// For the body of a request.
    var body = Duration.seconds(30)
    /// For a body, before its rate is looked at.
    var bodyGrace = Duration.seconds(5)
    /// Between two requests of a connection.
    var idle = Duration.seconds(75)
    /// For taking a part of an answer.
    var writeStall = Duration.seconds(30)
    /// For closing after a last answer.
    var linger = Duration.seconds(15)
    /// For a silent connection once the server drains.
    var drainIdle = Duration.milliseconds(500)
}
