import Ledger
import Platform

/// A snapshot whose digest was found right, ready to hand out its lines.
struct SnapshotReader: ~Copyable {
    /// What a file of a snapshot's name is.
    enum Opening: ~Copyable {
        case whole(SnapshotReader)
        case broken(reason: String)
    }

    private let name: String
    private var window: FileWindow
    /// The offsets of the source's lines.
    private let lines: Range<Int>

    /// Reads the whole file once to check it: no line is handed out before all are known to be right.
    ///
    /// - Throws: `.newerFormat`, or `.unavailable` when the file cannot be read.
    static func open(
        _ disk: any LogDisk,
        _ position: UInt64
    ) throws(JournalError) -> Opening {
        let name = LogFileName.snapshot(position)
        var window = try FileWindow(disk, name)
        let head = try window.show(0..<SnapshotText.lineByteCountMax)
        let first = window.buffer[head].prefix { byte in byte != lineFeed }
        let header = SnapshotText.readHeader(String(decoding: first, as: UTF8.self))
        let trailer = try trailer(&window)
        // First of all: what else is wrong may have come from the same flipped bit. A later version
        // whose trailer has this form means the same by it.
        if let trailer {
            let found = try sum(&window, upTo: trailer.offset)
            guard found.checksum == trailer.checksum else {
                return .broken(reason: "its digest is not that of its lines")
            }
            // The digest does not cover the trailer. The header is not counted.
            guard found.lineCount == trailer.count &+ 1 else {
                return .broken(reason: "its trailer tells another number of lines")
            }
        }
        switch header {
        case .newer(let version):
            throw JournalError(
                .newerFormat,
                "\(name) has version \(version), this program reads up to "
                    + "\(SnapshotText.version): use the program that wrote it, or a newer one"
            )
        case .position(position): break
        case .position, nil: return .broken(reason: "its first line is not its header")
        }
        guard let trailer, trailer.offset > first.count else {
            return .broken(reason: "its last line is not its trailer")
        }
        return .whole(
            SnapshotReader(
                name: name,
                window: window,
                lines: first.count + 1..<trailer.offset
            )
        )
    }

    private init(name: String, window: consuming FileWindow, lines: Range<Int>) {
        self.name = name
        self.window = window
        self.lines = lines
    }

    /// Hands on each line of the source, without its line feed.
    mutating func forEachLine(
        _ visit: ([UInt8]) throws(JournalError) -> Void
    ) throws(JournalError) {
        try readLines(while: { (line) throws(JournalError) in
            try visit(line)
            return true
        })
    }

    /// Hands on line after line, as `forEachLine`, until `visit` answers that it wants no more.
    mutating func readLines(
        while visit: ([UInt8]) throws(JournalError) -> Bool
    ) throws(JournalError) {
        var offset = lines.lowerBound
        var wanted = FileWindow.chunkByteCount
        while offset < lines.upperBound {
            let place = try window.show(offset..<min(offset + wanted, lines.upperBound))
            var start = place.lowerBound
            while let length = window.buffer.span.extracting(start..<place.upperBound)
                .firstIndex(of: Self.lineFeed)
            {
                guard try visit(Array(window.buffer[start..<start + length])) else { return }
                start += length + 1
            }
            let taken = start - place.lowerBound
            // A line longer than what was shown: look at twice as much, up to the end.
            if taken == 0 && place.count < wanted { break }
            wanted = taken == 0 ? wanted * 2 : FileWindow.chunkByteCount
            offset += taken
        }
        guard offset == lines.upperBound else {
            throw .damaged(name, at: offset, "it changed while it was read")
        }
    }

    private static let lineFeed = UInt8(ascii: "\n")

    private static func trailer(
        _ window: inout FileWindow
    ) throws(JournalError) -> (count: UInt64, checksum: UInt32, offset: Int)? {
        let end = window.byteCount
        let place = try window.show(max(0, end - SnapshotText.lineByteCountMax)..<end)
        let tail = window.buffer[place]
        guard tail.last == lineFeed,
            let before = tail.dropLast().lastIndex(of: lineFeed),
            let read = SnapshotText.readTrailer(
                String(decoding: tail[(before + 1)...].dropLast(), as: UTF8.self)
            )
        else { return nil }
        return (read.count, read.checksum, end - (tail.endIndex - before - 1))
    }

    private static func sum(
        _ window: inout FileWindow,
        upTo end: Int
    ) throws(JournalError) -> (checksum: UInt32, lineCount: UInt64) {
        var checksum = Checksum()
        var lineCount: UInt64 = 0
        for start in stride(from: 0, to: end, by: FileWindow.chunkByteCount) {
            let place = try window.show(start..<min(start + FileWindow.chunkByteCount, end))
            let chunk = window.buffer.span.extracting(place)
            checksum.add(chunk)
            lineCount += UInt64(chunk.count(of: lineFeed))
        }
        return (checksum.value, lineCount)
    }
}
