import Platform

/// What a request to AWS is signed with.
struct AWSCredentials: Sendable {
    /// Which key it is; no secret.
    let accessKeyID: String
    let secretAccessKey: SecretBytes
    /// Goes with keys that were lent for a while.
    let sessionToken: String?

    /// Where credentials are kept.
    enum Place: Sendable, Hashable {
        /// `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN`.
        case environment
        /// A file in the form of AWS's own tools; its profile `default`.
        case file(String)

        /// Reads them, each time anew: an agent may renew the file.
        ///
        /// - Throws: Why there are none, without anything of them.
        func read() async throws(Failure) -> AWSCredentials {
            switch self {
            case .environment:
                return try AWSCredentials { name in
                    SecretEnvironment.bytes(of: name.uppercased())
                        .map { String(decoding: $0, as: UTF8.self) }
                }
            case .file(let path):
                let text: SecretBytes
                do throws(SecretFile.Failure) {
                    text = try await SecretFile.read(path)
                } catch {
                    throw Failure(detail: "the file of AWS's credentials cannot be read")
                }
                let values = text.withText { AWSCredentials.profile("default", of: $0) }
                return try AWSCredentials { values[$0] }
            }
        }
    }

    /// Why there are no credentials.
    struct Failure: Error, Hashable {
        let detail: String
    }

    private init(_ value: (String) -> String?) throws(Failure) {
        guard let id = value("aws_access_key_id"), let key = value("aws_secret_access_key"),
            !id.isEmpty, !key.isEmpty
        else { throw Failure(detail: "there is no access key of AWS and its secret") }
        let token = value("aws_session_token").flatMap { $0.isEmpty ? nil : $0 }
        // What no header can carry is found here, where the words can say whose fault it is.
        let isGood = [id, key, token ?? ""]
            .allSatisfy { text in text.utf8.allSatisfy { (0x21...0x7E).contains($0) } }
        guard isGood else { throw Failure(detail: "AWS's credentials hold what is none") }
        var bytes = Array(key.utf8)
        (accessKeyID, secretAccessKey, sessionToken) = (id, SecretBytes(wiping: &bytes), token)
    }

    init(accessKeyID: String, secretAccessKey: SecretBytes, sessionToken: String? = nil) {
        self.accessKeyID = accessKeyID
        self.secretAccessKey = secretAccessKey
        self.sessionToken = sessionToken
    }

    /// The values of a profile: lines of `name = value` below `[profile]`.
    static func profile(_ name: String, of text: String) -> [String: String] {
        var values: [String: String] = [:]
        var isInside = false
        for line in text.split(whereSeparator: \.isNewline) {
            let words = trimmed(line)
            if words.hasPrefix("[") {
                isInside = words == "[\(name)]"
            } else if isInside, !words.hasPrefix("#"), let sign = words.firstIndex(of: "=") {
                let key = trimmed(words[..<sign]).lowercased()
                values[key] = trimmed(words[words.index(after: sign)...])
            }
        }
        return values
    }

    private static func trimmed(_ text: some StringProtocol) -> String {
        let head = text.drop { $0 == " " || $0 == "\t" }
        return String(head.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
    }
}
