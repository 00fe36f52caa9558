import Outbound
import Platform

/// Where the keys of an issuer are read.
protocol KeySource: Sendable {
    /// How often it is read when nothing asks for it.
    var interval: Duration { get }
    /// How often it is read at most because tokens name a key that is not known.
    var askedInterval: Duration { get }

    /// The set's text; nil when it is the one that was read last.
    func read() async throws(KeySourceError) -> [UInt8]?

    /// Forgets what was read last, since it was no set of keys.
    func forget() async
}

/// Why keys could not be read; a sentence for the operator's log.
struct KeySourceError: Error, Hashable {
    let detail: String
}

/// Keys in a file, which is read when it has changed.
struct FileKeySource: KeySource {
    let interval = Duration.seconds(2)
    let askedInterval = Duration.seconds(1)

    private let path: String
    /// The file as it was read last, on a thread that a slow disk may hold up.
    private let queue: FileQueue<FileStamp?>

    init(_ path: String) {
        self.path = path
        queue = FileQueue(label: "token-keys", nil)
    }

    func read() async throws(KeySourceError) -> [UInt8]? {
        let path = path
        return try await queue.run { (last) throws(KeySourceError) -> [UInt8]? in
            let stamp = FileStamp(path)
            if let stamp, stamp == last { return nil }
            do throws(SystemError) {
                let bytes = try File.contents(of: path, byteCountMax: KeySet.byteCountMax)
                last = stamp
                return bytes
            } catch {
                throw KeySourceError(detail: error.message)
            }
        }
    }

    func forget() async { await queue.run { $0 = nil } }
}

/// Keys at a URL.
struct URLKeySource: KeySource {
    /// How long a read may take in all.
    static let timeout = Duration.seconds(5)

    let interval: Duration
    let askedInterval = Duration.seconds(10)

    private let url: String
    private let client: OutboundClient

    init(_ url: String, every interval: Duration, by client: OutboundClient) {
        (self.url, self.interval, self.client) = (url, interval, client)
    }

    func read() async throws(KeySourceError) -> [UInt8]? {
        let request = OutboundRequest(
            for: .issuerKeys,
            method: "GET",
            url: url,
            headers: [OutboundHeader("Accept", "application/jwk-set+json, application/json")],
            timeout: Self.timeout,
            connectTimeout: Self.timeout,
            responseByteCountMax: KeySet.byteCountMax
        )
        let response: OutboundResponse
        do {
            response = try await client.send(request)
        } catch {
            throw KeySourceError(detail: error.detail)
        }
        guard response.status == 200 else {
            throw KeySourceError(detail: "the server of the keys answers \(response.status)")
        }
        return response.body
    }

    func forget() async {}
}
