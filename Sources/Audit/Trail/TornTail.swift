import Platform

/// What a crash leaves at the end of the last segment.
enum TornTail {
    private static let suffix = ".broken"
    /// The most copies of one segment's tails.
    private static let copyCountMax = 100
    private static let windowByteCount = 1 << 20

    /// Cuts the file `name` at `offset`, after what is cut off was copied to a file beside it;
    /// answers the copy's path.
    static func cut(_ name: String, in folder: Folder, at offset: Int) throws(SystemError) -> String
    {
        let file = try File(folder.path(of: name), for: .readWrite)
        let copy = try newCopy(of: name, in: folder)
        let path = copy.path
        try move(file, from: offset, to: copy)
        try copy.sync()
        try folder.sync()
        try file.truncate(to: offset)
        try file.sync()
        return path
    }

    private static func newCopy(of name: String, in folder: Folder) throws(SystemError) -> File {
        var number = 1
        while true {
            let path = folder.path(of: name + suffix + (number == 1 ? "" : "-\(number)"))
            do throws(SystemError) {
                return try File(path, for: .readWrite, creating: .mustBeNew)
            } catch {
                guard error.isExistingFile, number < copyCountMax else { throw error }
                number += 1
            }
        }
    }

    private static func move(
        _ file: borrowing File,
        from offset: Int,
        to copy: borrowing File
    ) throws(SystemError) {
        var done = 0
        var window = [UInt8](repeating: 0, count: windowByteCount)
        while true {
            var span = window.mutableSpan
            let count = try file.read(into: &span, at: offset + done)
            guard count > 0 else { return }
            try copy.write(window.span.extracting(..<count), at: done)
            done += count
        }
    }
}
