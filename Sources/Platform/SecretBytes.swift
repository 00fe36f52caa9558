import CShims

/// Bytes of a secret, in memory of their own that is wiped when the last owner lets go.
///
/// Has no text: printing, reflecting or dumping it shows its type's name only. Not `Equatable`, so
/// that nothing compares secrets in a time that tells how much of them matched.
@safe public final class SecretBytes: @unchecked Sendable {
    // Unchecked because of the pointer alone: the memory is written in `init` and wiped in `deinit`;
    // in between it is only read.
    private let storage: UnsafeMutableBufferPointer<UInt8>

    /// The number of bytes.
    public var count: Int { unsafe storage.count }

    /// A copy of `bytes`; wiping the source is left to the caller.
    public init(_ bytes: [UInt8]) {
        unsafe storage = .allocate(capacity: bytes.count)
        _ = unsafe storage.initialize(fromContentsOf: bytes)
    }

    /// Takes the bytes over: `bytes` is wiped and left empty.
    ///
    /// Another copy of the array, made before, keeps its own content.
    public convenience init(wiping bytes: inout [UInt8]) {
        self.init(bytes)
        unsafe bytes.withUnsafeMutableBytes { source in
            unsafe OPENSSL_cleanse(source.baseAddress, source.count)
        }
        bytes = []
    }

    deinit {
        // `OPENSSL_cleanse` is a write that the optimizer may not drop.
        unsafe OPENSSL_cleanse(storage.baseAddress, storage.count)
        unsafe storage.deallocate()
    }

    /// Lends the bytes to `body`, which cannot keep them.
    public func withSpan<Result: ~Copyable, Failure: Error>(
        _ body: (Span<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try unsafe body(Span(_unsafeElements: UnsafeBufferPointer(storage)))
    }

    /// Lends the bytes as text to `body`; bytes that are not UTF-8 become U+FFFD.
    ///
    /// The text is a copy that lives as long as somebody keeps it and is not wiped: only what
    /// writes a request may ask for it.
    public func withText<Result, Failure: Error>(
        _ body: (String) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(unsafe String(decoding: storage, as: UTF8.self))
    }
}

extension SecretBytes: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The name of the type, never the content.
    public var description: String { "SecretBytes" }
    /// The name of the type, never the content.
    public var debugDescription: String { "SecretBytes" }
    /// A mirror without children.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
