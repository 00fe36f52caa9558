import Platform
import Synchronization
import Testing
import TokenTesting
import Waiting

@testable import Tokens

@Suite struct KeyRingTests {
    private let source = ScriptedKeySource()
    private let events = Events()

    private final class Events: Sendable {
        private let list = Mutex<[KeyEvent]>([])
        var all: [KeyEvent] { list.withLock { $0 } }
        func add(_ event: KeyEvent) { list.withLock { $0.append(event) } }
    }

    private func ring() -> KeyRing {
        let (source, events) = (source, events)
        return KeyRing(
            source,
            staleMax: .seconds(3600),
            now: { source.time },
            tell: { events.add($0) }
        )
    }

    @Test func `keys that can't be read again go on until they are stale`() async {
        let ring = ring()
        #expect(ring.held == nil)
        source.answer([TokenWorld.keys[0]])
        await ring.read()
        #expect(ring.held?.set.keys.count == 1)
        for reply in ["<html>", "{}", String(repeating: " ", count: KeySet.byteCountMax + 1)] {
            source.answer(text: reply)
            await ring.read()
            #expect(ring.held?.set.keys.count == 1)
        }
        source.fail("nobody answers")
        source.wait(.seconds(3599))
        await ring.read()
        #expect(ring.held?.set.keys.count == 1)
        source.wait(.seconds(1))
        #expect(ring.held == nil)
        source.answer([TokenWorld.keys[0]])
        await ring.read()
        #expect(ring.held?.set.keys.count == 1)
    }

    @Test func `the operator is told of news, and once of each failure`() async {
        let ring = ring()
        source.fail("nobody answers")
        await ring.read()
        await ring.read()
        source.answer(TokenWorld.keys + ["{}"])
        await ring.read()
        await ring.read()
        #expect(
            events.all == [
                .failed("nobody answers"),
                .read(keyCount: 3, leftOutCount: 1, privateCount: 0),
            ]
        )
        #expect(ring.figures == KeyFigures(keyCount: 3, readCount: 4, failureCount: 2))
    }

    @Test func `a set's generation is another one for another set alone`() async {
        let ring = ring()
        source.answer([TokenWorld.keys[0]])
        await ring.read()
        let first = ring.generation
        await ring.read()
        #expect(ring.generation == first)
        source.answer([])
        await ring.read()
        #expect(ring.generation != first)
        #expect(ring.held?.set.keys.isEmpty == true)
    }

    @Test func `who waits shares one read, and tokens ask for one only so often`() async throws {
        let ring = ring()
        source.answer(TokenWorld.keys)
        source.hold()
        let reads = try (0..<KeyRing.waiterCountMax).map { _ in try #require(ring.readForWaiter()) }
        // The limit plus one is answered at once.
        #expect(ring.readForWaiter() == nil)
        try await Wait.until("the read") { source.heldCount > 0 }
        let waiters = reads.dropLast().map { read in Task { await ring.wait(for: read) } }
        source.release()
        for waiter in waiters { await waiter.value }
        // Who comes after the read has ended waits for that one all the same.
        await ring.wait(for: try #require(reads.last))
        #expect(source.readCount == 1)
        // Everybody has left, and it is too soon to ask again.
        #expect(ring.readForWaiter() == nil)
        source.wait(.seconds(9))
        #expect(ring.readForWaiter() == nil)
        source.wait(.seconds(1))
        await ring.wait(for: try #require(ring.readForWaiter()))
        #expect(source.readCount == 2)
    }

    @Test func `it reads by itself until it is cancelled`() async throws {
        let file = try KeyFile(TokenWorld.keys)
        let ring = KeyRing(
            FileKeySource(file.path),
            staleMax: .seconds(3600),
            now: { MonotonicClock.now },
            tell: { _ in }
        )
        await ring.read()
        let reading = Task { await ring.keepReading() }
        try file.write([TokenWorld.keys[1]])
        try await Wait.until("the new keys") { ring.held?.set.keys.count == 1 }
        reading.cancel()
        await reading.value
    }

    @Test func `a file is read when it has changed, and its defects are told`() async throws {
        let file = try KeyFile(TokenWorld.keys)
        let source = FileKeySource(file.path)
        #expect(try await source.read() != nil)
        #expect(try await source.read() == nil)
        await source.forget()
        #expect(try await source.read() != nil)
        try file.write([])
        #expect(try await source.read() == Array(SigningKey.set([]).utf8))
        try file.remove()
        await #expect(throws: KeySourceError.self) { try await source.read() }
        await #expect(throws: KeySourceError.self) {
            try await FileKeySource("/dev/zero").read()
        }
    }
}
