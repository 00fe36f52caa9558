import Model
import Outbound
import Platform

/// How requests reach Vault: its address, its namespace, and the time they may take.
struct VaultAccess: Sendable {
    /// The part of the time that the connection may take.
    static let connectTimeout = Duration.seconds(2)
    /// The largest answer that is taken, in bytes; Vault itself keeps less than this in an entry.
    static let answerByteCountMax = 1024 * 1024

    /// The address, without a slash at its end.
    let base: String
    let namespace: String?
    let client: OutboundClient
    var timeout: Duration

    /// Sends a request to a path that begins with a slash, and is encoded.
    func send(
        _ method: String,
        _ path: String,
        token: String?,
        body: [UInt8]? = nil
    ) async throws(OutboundError) -> OutboundResponse {
        // Vault refuses what a browser or a redirected server could have been tricked into.
        var headers = [
            OutboundHeader("X-Vault-Request", "true"),
            OutboundHeader("Accept", "application/json"),
        ]
        if let token { headers.append(OutboundHeader("X-Vault-Token", token, isSensitive: true)) }
        if let namespace { headers.append(OutboundHeader("X-Vault-Namespace", namespace)) }
        if body != nil { headers.append(OutboundHeader("Content-Type", "application/json")) }
        return try await client.send(
            OutboundRequest(
                for: .secret,
                method: method,
                url: base + path,
                headers: headers,
                body: body,
                timeout: timeout,
                connectTimeout: Self.connectTimeout,
                responseByteCountMax: Self.answerByteCountMax
            )
        )
    }

    /// A path for a URL: everything that could end it or mean something else is escaped.
    static func encoded(_ path: String) -> String {
        var text = ""
        for byte in path.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x2F, 0x5F, 0x7E:
                text.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                text += digits.utf8.count == 1 ? "%0\(digits)" : "%\(digits)"
            }
        }
        return text
    }

    /// A file's only word: a token, or an id.
    ///
    /// - Throws: `Failure` without anything of the file's content.
    static func word(of path: String, _ what: String) async throws(VaultFailure) -> String {
        let bytes: SecretBytes
        do throws(SecretFile.Failure) {
            bytes = try await SecretFile.read(path)
        } catch {
            throw VaultFailure(code: .unavailable, detail: "the file of \(what) cannot be read")
        }
        let word = bytes.withText { text in
            text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        }
        // What no header can carry is found here, where the words can say whose fault it is.
        guard !word.isEmpty, word.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw VaultFailure(code: .unavailable, detail: "the file of \(what) holds none")
        }
        return word
    }
}

/// Why a token can't be had; holds nothing of one.
struct VaultFailure: Error, Hashable {
    let code: SecretError.Code
    let detail: String
}
