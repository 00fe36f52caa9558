import Model

/// The time that a signature tells.
enum WebhookTime {
    /// The longest text that is read, in bytes.
    static let byteCountMax = 40
    /// From here on a number counts milliseconds: as seconds it would be the year 5138.
    private static let firstMilliseconds: Int64 = 100_000_000_000
    /// The most digits: of milliseconds in the year 9999 there are fifteen.
    private static let digitCountMax = 15

    /// Checks that a time is within the tolerance of the request's, in whole seconds.
    ///
    /// - Throws: `malformedTimestamp`, `tooOld`, `tooNew`.
    static func check(
        _ text: String,
        _ webhook: InboundWebhook,
        _ signing: WebhookSigning
    ) throws(WebhookDefect) {
        guard let seconds = seconds(text) else { throw .malformedTimestamp }
        // Both are small: digits are bounded, and a clock's time is.
        let age = floor(webhook.receivedAt.milliseconds) - seconds
        if age > signing.toleranceSeconds { throw .tooOld }
        if age < -signing.toleranceSeconds { throw .tooNew }
    }

    /// Seconds or milliseconds since 1970, or a time as RFC 3339 writes it; nil for anything else.
    static func seconds(_ text: String) -> Int64? {
        let isNumber = text.utf8.allSatisfy { (0x30...0x39).contains($0) }
        guard isNumber else { return Timestamp(text).map { floor($0.milliseconds) } }
        guard text.utf8.count <= digitCountMax, let number = Int64(text) else { return nil }
        return number >= firstMilliseconds ? number / 1000 : number
    }

    private static func floor(_ milliseconds: Int64) -> Int64 {
        (milliseconds - (milliseconds % 1000 + 1000) % 1000) / 1000
    }
}
