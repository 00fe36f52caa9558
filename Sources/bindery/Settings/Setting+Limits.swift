extension Setting {
    /// The sizes, numbers and rates that clients are kept to.
    static let limits: [Setting] = [
        Setting(
            "limits.bodyBytes",
            \.limits.bodyByteCountMax,
            .integer(1024...16_777_216, of: "bytes"),
            help: "The largest request body; a larger one is answered 413."
        ),
        Setting(
            "limits.headerBytes",
            \.limits.headerByteCountMax,
            .integer(1024...1_048_576, of: "bytes"),
            help: "The largest header block; a larger one is answered 431."
        ),
        Setting(
            "limits.fields",
            \.limits.fieldCountMax,
            .integer(8...1000),
            help: "The most header fields; more are answered 431."
        ),
        Setting(
            "limits.targetBytes",
            \.limits.targetByteCountMax,
            .integer(256...65_536, of: "bytes"),
            help: "The longest request target; a longer one is answered 414."
        ),
        Setting(
            "limits.trailerBytes",
            \.limits.trailerByteCountMax,
            .integer(256...1_048_576, of: "bytes"),
            help: "The longest trailer section of a chunked body; a longer one is answered 431."
        ),
        Setting(
            "limits.chunkExtensionBytes",
            \.limits.chunkExtensionByteCountMax,
            .integer(256...1_048_576, of: "bytes"),
            help: "The most chunk extensions of one body; more are answered 400."
        ),
        Setting(
            "limits.peers",
            \.limits.peerCountMax,
            .integer(1...1_000_000),
            help: "The most connections of clients at one time; the next are answered 503."
        ),
        Setting(
            "limits.peersPerAddress",
            \.limits.peerCountMaxPerAddress,
            .integer(1...1_000_000),
            help: "The most connections of one client address; a proxy's clients share its address."
        ),
        Setting(
            "limits.requestsPerPeer",
            \.limits.requestCountMaxPerPeer,
            .integer(1...1_000_000_000),
            help: "The most requests of one connection; the answer to the last one closes it."
        ),
        Setting(
            "limits.requestMemoryBytes",
            \.limits.requestByteCountMax,
            .integer(33_554_432...1_099_511_627_776, of: "bytes"),
            help:
                "The most memory for requests that arrive or are served, of all connections together; "
                + "beyond it they are answered 503."
        ),
        Setting(
            "limits.pipelineBytes",
            \.limits.pipelineByteCountMax,
            .integer(4096...1_048_576, of: "bytes"),
            help: "The most that is read of a connection behind a request that runs."
        ),
        Setting(
            "limits.outputBytes",
            \.limits.outputByteCountMax,
            .integer(16_384...16_777_216, of: "bytes"),
            help:
                "The most answers that wait for a client before its next request is served; streams wait "
                + "at a quarter of it."
        ),
        Setting(
            "limits.lingerBytes",
            \.limits.lingerByteCountMax,
            .integer(65_536...1_073_741_824, of: "bytes"),
            help: "The most that is read and dropped of a client after its last answer."
        ),
        Setting(
            "limits.bodyBytesPerSecond",
            \.limits.bodyByteCountPerSecond,
            .integer(0...1_000_000, of: "bytes a second"),
            help: "The slowest average at which a body may arrive, then 408; 0 for any."
        ),
        Setting(
            "limits.answerBytesPerSecond",
            \.limits.answerByteCountPerSecond,
            .integer(0...1_000_000, of: "bytes a second"),
            help:
                "The slowest rate at which a client may take an answer in each deadlines.writeStallSeconds, "
                + "then its connection is closed; 0 for any."
        ),
    ]

    /// How long clients may take.
    static let deadlines: [Setting] = [
        Setting(
            "deadlines.headerSeconds",
            \.deadlines.header,
            .seconds(1...3600),
            help:
                "For the head of a request, from its first byte or from the connection's start; then 408."
        ),
        Setting(
            "deadlines.bodySeconds",
            \.deadlines.body,
            .seconds(1...3600),
            help: "For the body of a request, from the end of its head; then 408."
        ),
        Setting(
            "deadlines.bodyGraceSeconds",
            \.deadlines.bodyGrace,
            .seconds(1...3600),
            help: "How long a body may be slow before limits.bodyBytesPerSecond is asked of it."
        ),
        Setting(
            "deadlines.idleSeconds",
            \.deadlines.idle,
            .seconds(1...86_400),
            help: "Between two requests of a connection; then it is closed."
        ),
        Setting(
            "deadlines.writeStallSeconds",
            \.deadlines.writeStall,
            .seconds(1...3600),
            help:
                "For a client to take a part of an answer that waits; then its connection is closed."
        ),
        Setting(
            "deadlines.lingerSeconds",
            \.deadlines.linger,
            .seconds(1...3600),
            help: "For a client to read its last answer and close; then its connection is closed."
        ),
        Setting(
            "deadlines.drainIdleMs",
            \.deadlines.drainIdle,
            .milliseconds(1...60_000),
            help: "How long a silent connection stays open after SIGTERM, for a request on its way."
        ),
    ]
}
