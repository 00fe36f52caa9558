/// A request as the fake provider read it.
struct ReceivedRequest: Sendable {
    let method: String
    let target: String
    let version: String
    let headers: [(name: String, value: String)]
    let body: [UInt8]
    /// The number of the connection it came by, from 1.
    let connection: Int

    /// The value of the only header named `name`; nil for none or several.
    func header(_ name: String) -> String? {
        let found = headers.filter { $0.name.lowercased() == name.lowercased() }
        return found.count == 1 ? found[0].value : nil
    }

    /// Takes a request from the start of `bytes`; nil while it is not whole.
    init?(from bytes: inout [UInt8], connection: Int) {
        guard let headEnd = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
        let head = String(decoding: bytes[..<headEnd.lowerBound], as: UTF8.self)
        let lines = head.split(separator: "\r\n", omittingEmptySubsequences: false)
        let words = lines[0].split(separator: " ").map(String.init)
        let headers = lines.dropFirst()
            .map { line in
                let parts = line.split(
                    separator: ":",
                    maxSplits: 1,
                    omittingEmptySubsequences: false
                )
                return (name: String(parts[0]), value: String(parts[1].drop(while: { $0 == " " })))
            }
        let length = headers.first { $0.name.lowercased() == "content-length" }
        let bodyStart = headEnd.upperBound
        let bodyEnd = bodyStart + (length.flatMap { Int($0.value) } ?? 0)
        guard bytes.count >= bodyEnd else { return nil }
        self.method = words[0]
        self.target = words[1]
        self.version = words[2]
        self.headers = headers
        self.body = Array(bytes[bodyStart..<bodyEnd])
        self.connection = connection
        bytes.removeFirst(bodyEnd)
    }
}

extension ReceivedRequest {
    /// The body as text.
    var text: String { String(decoding: body, as: UTF8.self) }
}
