import Platform

/// Which of the requests that went well are logged.
///
/// Decided by the trace's id, by OpenTelemetry's rule for consistent sampling: the id's last 56 bits
/// against a threshold. So a trace is logged whole or not at all, here and in every service that
/// samples by the same rule, and what a smaller fraction logs, a larger one logs too. A request
/// without a trace is decided by its own id, and so is the same when it is repeated.
struct AccessLogSample: Sendable {
    private static let range = UInt64(1) << 56
    private let threshold: UInt64

    /// Takes this fraction, from 0 for none to 1 for all.
    init(fraction: Double) {
        precondition((0...1).contains(fraction), "a fraction")
        threshold = UInt64(((1 - fraction) * Double(Self.range)).rounded())
    }

    /// Whether an answer is logged: one that failed always is.
    func takes(status: Int, traceID: String?, requestID: String) -> Bool {
        if status >= 400 || threshold == 0 { return true }
        guard threshold < Self.range else { return false }
        return (traceID.map(Self.randomness) ?? Self.mixed(requestID)) >= threshold
    }

    /// The last 56 bits of a trace's id, which is made of hexadecimal digits.
    private static func randomness(_ traceID: String) -> UInt64 {
        traceID.utf8.suffix(14)
            .reduce(0) { value, digit in value << 4 | UInt64(digit < 0x3A ? digit & 15 : digit - 87)
            }
    }

    /// FNV-1a, then the finalizer of MurmurHash3, which spreads ids that differ in one character.
    private static func mixed(_ text: String) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        hash = (hash ^ hash >> 33) &* 0xFF51_AFD7_ED55_8CCD
        hash = (hash ^ hash >> 33) &* 0xC4CE_B9FE_1A85_EC53
        return (hash ^ hash >> 33) % range
    }
}
