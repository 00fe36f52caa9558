import Glibc
import Platform
import Testing

@Suite struct LineSinkTests {
    private let folder: ScratchFolder

    init() throws { folder = try ScratchFolder() }

    private func pipe(_ name: String) throws -> String {
        let path = folder.path(name)
        let status = unsafe mkfifo(path, 0o600)
        try #require(status == 0)
        return path
    }

    private func write(_ text: String, _ sink: LineSink) -> LineSink.Outcome {
        sink.write(Array(text.utf8).span, patience: .milliseconds(1))
    }

    @Test func `lines are added at the end of a file, which is made when there is none`() throws {
        let path = folder.path("log")
        #expect(write("one\n", try LineSink(path: path)) == .written)
        #expect(write("two\nthree\n", try LineSink(path: path)) == .written)
        #expect(try folder.bytes("log") == Array("one\ntwo\nthree\n".utf8))
        var status = stat()
        #expect(unsafe stat(path, &status) == 0)
        #expect(status.st_mode & 0o777 == 0o600)
    }

    @Test func `a file that can't be opened is an error that names it`() throws {
        for path in [folder.path("none/log"), folder.folder.path] {
            let error = #expect(throws: SystemError.self) { try LineSink(path: path) }
            #expect(error?.message.hasPrefix("open \(path): ") == true)
        }
    }

    @Test func `a pipe that nobody reads opens, takes what it holds, and then no more`() throws {
        let path = try pipe("pipe")
        let sink = try LineSink(path: path)
        // No divisor of a pipe's size: pieces end where lines do.
        let line = String(repeating: "x", count: 999) + "\n"
        var taken = 0
        var outcome = LineSink.Outcome.written
        while outcome == .written, taken < 1 << 20 {
            outcome = write(line, sink)
            if outcome == .written { taken += 1000 }
        }
        #expect(outcome == .stalled(byteCount: 0))
        #expect(taken > 4096)
        // Who reads it now finds whole lines, and makes room.
        let reader = unsafe open(path, O_RDONLY | O_NONBLOCK)
        defer { close(reader) }
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        let count = unsafe read(reader, &bytes, bytes.count)
        #expect(count == taken)
        #expect(bytes[..<count].count { $0 == 0x0A } * 1000 == count)
        #expect(write(line, sink) == .written)
    }

    @Test func `of a large text a pipe takes whole lines`() throws {
        let path = try pipe("pipe")
        let sink = try LineSink(path: path)
        let line = String(repeating: "x", count: 999) + "\n"
        guard case .stalled(let count) = write(String(repeating: line, count: 1000), sink) else {
            Issue.record("a pipe took a megabyte")
            return
        }
        #expect(count > 0)
        #expect(count % 1000 == 0)
    }

    @Test func `a full device is an error`() throws {
        let sink = try LineSink(path: "/dev/full")
        guard case .failed(byteCount: 0, let error) = write("line\n", sink) else {
            Issue.record("/dev/full took a line")
            return
        }
        #expect(error.errno == ENOSPC)
        #expect(error.message.hasPrefix("write /dev/full: "))
    }
}
