import Glibc
import LedgerFile
import Platform
import Synchronization

/// A disk in memory that keeps no more than was synced.
///
/// Until its sync a write may be lost, torn at any sector or come before an earlier one; names that
/// were made, changed or removed may be so or not. It fails when it is told to.
final class SimulatedDisk: LogDisk {
    /// What goes wrong, at the given call from now on.
    enum Fault: Sendable {
        /// The process ends within the call.
        case crash(call: Int)
        /// The call fails, after it has done a part of its work.
        case error(call: Int, errno: Int32)
    }

    /// What a broken disk does not do.
    enum Lie: Sendable {
        case fileSync
        case folderSync
    }

    /// Names that change at once: a rename is one change of two names.
    private typealias NameChange = [(name: String, file: Int?)]

    private struct Medium {
        var random: SeededRandom
        var files: [Int: SimulatedFile] = [:]
        var fileCount = 0
        var names: [String: Int] = [:]
        var durableNames: [String: Int] = [:]
        var nameChanges: [NameChange] = []
        var callCount = 0
        var fault: Fault?
        var hasFailed = false
        var isDead = false
    }

    let path = "disk"
    private let sector: Int
    private let lie: Lie?
    private let medium: Mutex<Medium>

    init(seed: UInt64, lie: Lie? = nil) {
        var random = SeededRandom(seed: seed)
        sector = [64, 512, 4096].randomElement(using: &random) ?? 512
        self.lie = lie
        medium = Mutex(Medium(random: random))
    }

    /// Whether the fault has come.
    var hasFailed: Bool { medium.withLock { $0.hasFailed } }

    /// Begins another life, which meets the fault.
    func restart(losingPower: Bool, _ fault: Fault?) {
        medium.withLock { medium in
            if losingPower { Self.losePower(&medium) }
            medium.isDead = false
            medium.callCount = 0
            medium.fault = fault
            medium.hasFailed = false
        }
    }

    private static func losePower(_ medium: inout Medium) {
        for change in medium.nameChanges where medium.random.oneIn(2) {
            for (name, file) in change { medium.durableNames[name] = file }
        }
        medium.nameChanges = []
        medium.names = medium.durableNames
        for id in medium.files.keys.sorted() { medium.files[id]?.losePower(&medium.random) }
    }

    /// Does one call; the fault's call gets `part` of it done only.
    private func call<Value>(
        _ operation: String,
        part: (inout Medium) -> Void = { _ in },
        _ whole: (inout Medium) -> Result<Value, SystemError>
    ) throws(SystemError) -> Value {
        try medium.withLock { medium -> Result<Value, SystemError> in
            if medium.isDead { return .failure(SystemError(operation: operation, errno: EIO)) }
            medium.callCount += 1
            switch medium.fault {
            case .crash(let call) where call == medium.callCount:
                part(&medium)
                medium.isDead = true
                medium.hasFailed = true
                return .failure(SystemError(operation: operation, errno: EIO))
            case .error(let call, let errno) where call == medium.callCount:
                part(&medium)
                medium.hasFailed = true
                return .failure(SystemError(operation: operation, errno: errno))
            default: return whole(&medium)
            }
        }
        .get()
    }

    func create() throws(SystemError) {}

    func names() throws(SystemError) -> [String] {
        try call("list") { medium in .success(medium.names.keys.sorted()) }
    }

    func open(
        _ name: String,
        for access: File.Access,
        creating creation: File.Creation
    ) throws(SystemError) -> any LogDiskFile {
        let file = try call("open \(name)") { medium -> Result<Int, SystemError> in
            if let file = medium.names[name] {
                guard case .mustBeNew = creation else { return .success(file) }
                return .failure(SystemError(operation: "open \(name)", errno: EEXIST))
            }
            if case .never = creation {
                return .failure(SystemError(operation: "open \(name)", errno: ENOENT))
            }
            medium.fileCount += 1
            medium.files[medium.fileCount] = SimulatedFile()
            Self.change(&medium, [(name, medium.fileCount)])
            return .success(medium.fileCount)
        }
        return OpenFile(disk: self, file: file, path: "\(path)/\(name)")
    }

    func rename(_ name: String, to newName: String) throws(SystemError) {
        try call("rename \(name)") { medium -> Result<Void, SystemError> in
            guard let file = medium.names[name] else {
                return .failure(SystemError(operation: "rename \(name)", errno: ENOENT))
            }
            Self.change(&medium, [(name, nil), (newName, file)])
            return .success(())
        }
    }

    func remove(_ name: String) throws(SystemError) {
        try call("remove \(name)") { medium -> Result<Void, SystemError> in
            guard medium.names[name] != nil else {
                return .failure(SystemError(operation: "remove \(name)", errno: ENOENT))
            }
            Self.change(&medium, [(name, nil)])
            return .success(())
        }
    }

    func sync() throws(SystemError) {
        try call("sync folder") { medium in
            guard lie != .folderSync else { return .success(()) }
            medium.durableNames = medium.names
            medium.nameChanges = []
            return .success(())
        }
    }

    /// One life has one journal; the lock is the business of other tests.
    func lock() throws(SystemError) -> LogDiskLock { .taken(self) }

    private static func change(_ medium: inout Medium, _ change: NameChange) {
        for (name, file) in change { medium.names[name] = file }
        medium.nameChanges.append(change)
    }

    /// A file of the disk.
    private final class OpenFile: LogDiskFile {
        let disk: SimulatedDisk
        let file: Int
        let path: String

        init(disk: SimulatedDisk, file: Int, path: String) {
            (self.disk, self.file, self.path) = (disk, file, path)
        }

        func read(
            into bytes: inout MutableSpan<UInt8>,
            at offset: Int
        ) throws(SystemError) -> Int {
            let seen = try disk.call("read \(path)") { medium in
                .success(medium.files[self.file]?.seen ?? [])
            }
            let count = min(bytes.count, seen.count - offset)
            guard count > 0 else { return 0 }
            // In bulk: a loop over the bytes took most of the time of all histories.
            unsafe bytes.withUnsafeMutableBytes { target in
                unsafe target.copyBytes(from: seen[offset..<offset + count])
            }
            return count
        }

        func write(_ bytes: Span<UInt8>, at offset: Int) throws(SystemError) {
            let copy = unsafe bytes.withUnsafeBufferPointer { unsafe Array($0) }
            try disk.call("write \(path)") { medium in
                let count = Int.random(in: 0...copy.count, using: &medium.random)
                let part = Array(copy.prefix(count))
                medium.files[self.file]?.write(part, at: offset, sector: self.disk.sector)
            } _: { medium in
                medium.files[self.file]?.write(copy, at: offset, sector: self.disk.sector)
                return .success(())
            }
        }

        func syncData() throws(SystemError) {
            try disk.call("sync \(path)") { medium in
                medium.files[self.file]?.failSync(&medium.random)
            } _: { medium in
                if self.disk.lie != .fileSync { medium.files[self.file]?.sync() }
                return .success(())
            }
        }

        func sync() throws(SystemError) { try syncData() }

        func preallocate(byteCount: Int) throws(SystemError) {
            try disk.call("reserve \(path)") { medium in
                let size = medium.files[self.file]?.seen.count ?? 0
                medium.files[self.file]?.resize(to: max(size, byteCount))
                return .success(())
            }
        }

        func truncate(to byteCount: Int) throws(SystemError) {
            try disk.call("truncate \(path)") { medium in
                medium.files[self.file]?.resize(to: byteCount)
                return .success(())
            }
        }

        func byteCount() throws(SystemError) -> Int {
            try disk.call("measure \(path)") { medium in
                .success(medium.files[self.file]?.seen.count ?? 0)
            }
        }
    }
}
