import Platform

/// The lines of a file, one after the other, without their ends.
struct LineReader: ~Copyable {
    /// A line, or what stands where one should.
    enum Next {
        /// A whole line, and where it begins.
        case line([UInt8], offset: Int)
        /// Bytes without an end of line, up to the end of the file or longer than a line may be.
        case fragment(offset: Int)
        /// Nothing more.
        case end
    }

    private static let windowByteCount = 1 << 18
    private let file: File
    private var buffer: [UInt8] = []
    /// Where the part of the buffer that was not given out begins, in the buffer and in the file.
    private var start = 0
    private(set) var offset: Int

    /// Reads `file` from `offset` on.
    init(_ file: consuming File, from offset: Int = 0) {
        self.file = file
        self.offset = offset
    }

    /// Opens a file and reads it from `offset` on.
    static func opening(_ path: String, from offset: Int = 0) throws(AuditError) -> LineReader {
        do throws(SystemError) {
            return LineReader(try File(path, for: .read), from: offset)
        } catch {
            throw AuditError(error)
        }
    }

    /// The next line.
    mutating func next() throws(SystemError) -> Next {
        var searched = start
        while true {
            if let end = buffer[searched...].firstIndex(of: 0x0A) {
                let line = Array(buffer[start..<end])
                let at = offset
                offset += line.count + 1
                start = end + 1
                return .line(line, offset: at)
            }
            let pending = buffer.count - start
            // One byte more than a record: a line that begins a batch has a space in front.
            guard pending <= AuditRecord.byteCountMax + 1 else { return .fragment(offset: offset) }
            guard try fill() else { return pending == 0 ? .end : .fragment(offset: offset) }
            searched = pending
        }
    }

    /// Adds a window to the buffer; false at the end of the file.
    private mutating func fill() throws(SystemError) -> Bool {
        buffer.removeFirst(start)
        start = 0
        var window = [UInt8](repeating: 0, count: Self.windowByteCount)
        var span = window.mutableSpan
        let count = try file.read(into: &span, at: offset + buffer.count)
        buffer += window[..<count]
        return count > 0
    }
}
