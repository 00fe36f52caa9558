/// A file of a simulated disk: what programs see, and what the medium has.
struct SimulatedFile {
    /// A change of the content that was not synced.
    private enum Change {
        case sector(Int, [UInt8])
        case size(Int)
    }

    /// What a read gives: the page cache.
    private(set) var seen: [UInt8] = []
    /// What is left after a power loss, but for what the medium took by itself.
    private var durable: [UInt8] = []
    private var changes: [Change] = []

    mutating func write(_ bytes: [UInt8], at offset: Int, sector: Int) {
        guard !bytes.isEmpty else { return }
        let end = offset + bytes.count
        if end > seen.count { resize(to: end) }
        seen.replaceSubrange(offset..<end, with: bytes)
        for index in offset / sector...(end - 1) / sector {
            let start = index * sector
            changes.append(.sector(start, Array(seen[start..<min(start + sector, seen.count)])))
        }
    }

    mutating func resize(to size: Int) {
        Self.resize(&seen, to: size)
        changes.append(.size(size))
    }

    mutating func sync() {
        durable = seen
        changes = []
    }

    /// A sync that fails: some of the changes are written, and of the others the kernel forgets that they
    /// were not, though they can still be read.
    mutating func failSync(_ random: inout SeededRandom) {
        land(&random)
    }

    /// What is left of the file after a power loss.
    mutating func losePower(_ random: inout SeededRandom) {
        land(&random)
        seen = durable
    }

    /// Any subset of the changes reaches the medium, in any order.
    private mutating func land(_ random: inout SeededRandom) {
        let kept = Int.random(in: 0...changes.count, using: &random)
        for change in changes.shuffled(using: &random).prefix(kept) {
            switch change {
            case .size(let size): Self.resize(&durable, to: size)
            case .sector(let start, let bytes):
                if durable.count < start + bytes.count {
                    Self.resize(&durable, to: start + bytes.count)
                }
                durable.replaceSubrange(start..<start + bytes.count, with: bytes)
            }
        }
        changes = []
    }

    private static func resize(_ bytes: inout [UInt8], to size: Int) {
        if bytes.count > size {
            bytes.removeLast(bytes.count - size)
        } else {
            bytes += [UInt8](repeating: 0, count: size - bytes.count)
        }
    }
}
