/// Decodes the chunked transfer coding (RFC 9112 section 7.1).
///
/// Sizes are strict: hexadecimal digits, then an extension or CR LF. Whitespace after a size is
/// taken only before an extension, where RFC 9110 section 5.6.3 lets it stand. Extensions and
/// trailers are checked for control bytes, counted against their limits, and dropped.
struct ChunkDecoder {
    private enum Phase {
        case size
        case sizeSpace
        case extensions
        case sizeLineFeed
        case data
        case dataReturn
        case dataLineFeed
        case trailerStart
        case trailerName
        case trailerValue
        case trailerLineFeed
        case finalLineFeed
        case done
    }

    private var phase = Phase.size
    private var chunkLength = 0
    private var digitCount = 0
    private var extensionByteCount = 0
    private var trailerByteCount = 0

    /// Enough digits for any length that a limit could allow; more is an attack or an overflow.
    private static let digitCountMax = 15

    /// Whether the last chunk and the trailers were read.
    var isDone: Bool { phase == .done }

    /// Decodes from `input` into `body` and answers how many bytes it took.
    mutating func decode(
        _ input: ArraySlice<UInt8>,
        into body: inout [UInt8],
        limits: HTTPLimits
    ) throws(WireFault) -> Int {
        var index = input.startIndex
        while index < input.endIndex, phase != .done {
            guard phase == .data else {
                try take(input[index], bodyByteCount: body.count, limits: limits)
                index += 1
                continue
            }
            let end = min(input.endIndex, index + chunkLength)
            body.append(contentsOf: input[index..<end])
            chunkLength -= end - index
            index = end
            if chunkLength == 0 { phase = .dataReturn }
        }
        return index - input.startIndex
    }

    /// Takes one byte that is not data.
    private mutating func take(
        _ byte: UInt8,
        bodyByteCount: Int,
        limits: HTTPLimits
    ) throws(WireFault) {
        switch phase {
        case .size: try takeSize(byte, bodyByteCount: bodyByteCount, limits: limits)
        case .sizeSpace: try takeSizeSpace(byte, limits: limits)
        case .extensions: try takeExtension(byte, limits: limits)
        case .sizeLineFeed:
            try expect(byte, ASCII.lineFeed, then: chunkLength == 0 ? .trailerStart : .data)
            digitCount = 0
        case .dataReturn: try expect(byte, ASCII.carriageReturn, then: .dataLineFeed)
        case .dataLineFeed: try expect(byte, ASCII.lineFeed, then: .size)
        case .trailerStart, .trailerName, .trailerValue, .trailerLineFeed, .finalLineFeed:
            try takeTrailer(byte, limits: limits)
        case .data, .done: preconditionFailure("data is taken whole, and nothing after the end")
        }
    }

    private mutating func expect(
        _ byte: UInt8,
        _ expected: UInt8,
        then next: Phase
    ) throws(WireFault) {
        guard byte == expected else { throw .bad("A chunk does not end with CR LF.") }
        phase = next
    }

    private mutating func takeSize(
        _ byte: UInt8,
        bodyByteCount: Int,
        limits: HTTPLimits
    ) throws(WireFault) {
        if let digit = ByteClass.hexValue(byte) {
            digitCount += 1
            guard digitCount <= Self.digitCountMax else { throw .bad("A chunk size is too long.") }
            chunkLength = chunkLength << 4 | digit
            return
        }
        let next: Phase? =
            switch byte {
            case ASCII.carriageReturn: .sizeLineFeed
            case ASCII.semicolon: .extensions
            case ASCII.space, ASCII.tab: .sizeSpace
            default: nil
            }
        guard digitCount > 0, let next else { throw .bad("A chunk size is malformed.") }
        guard chunkLength <= limits.bodyByteCountMax - bodyByteCount else {
            throw Framing.bodyTooLarge(limits)
        }
        phase = next
    }

    /// Whitespace counts as part of the extension that it must lead to.
    private mutating func takeSizeSpace(_ byte: UInt8, limits: HTTPLimits) throws(WireFault) {
        if byte == ASCII.semicolon {
            phase = .extensions
        } else if byte == ASCII.space || byte == ASCII.tab {
            try countExtensionByte(limits)
        } else {
            throw .bad("A chunk size is malformed.")
        }
    }

    private mutating func takeExtension(_ byte: UInt8, limits: HTTPLimits) throws(WireFault) {
        try countExtensionByte(limits)
        if byte == ASCII.carriageReturn {
            phase = .sizeLineFeed
        } else if !ByteClass.isFieldValue(byte) {
            throw .bad("A chunk extension holds a control byte.")
        }
    }

    private mutating func countExtensionByte(_ limits: HTTPLimits) throws(WireFault) {
        extensionByteCount += 1
        guard extensionByteCount <= limits.chunkExtensionByteCountMax else {
            throw .bad("The chunk extensions are too long.")
        }
    }

    private mutating func takeTrailer(_ byte: UInt8, limits: HTTPLimits) throws(WireFault) {
        trailerByteCount += 1
        guard trailerByteCount <= limits.trailerByteCountMax else {
            throw WireFault(.headersTooLarge, "The trailer section is too large.")
        }
        switch (phase, byte) {
        case (.trailerStart, ASCII.carriageReturn): phase = .finalLineFeed
        case (.finalLineFeed, ASCII.lineFeed): phase = .done
        case (.trailerValue, ASCII.carriageReturn): phase = .trailerLineFeed
        case (.trailerLineFeed, ASCII.lineFeed): phase = .trailerStart
        case (.trailerName, ASCII.colon): phase = .trailerValue
        case (.trailerValue, _) where ByteClass.isFieldValue(byte): break
        case (.trailerStart, _) where ByteClass.token.contains(byte): phase = .trailerName
        case (.trailerName, _) where ByteClass.token.contains(byte): break
        default: throw .bad("A trailer field is malformed.")
        }
    }
}
