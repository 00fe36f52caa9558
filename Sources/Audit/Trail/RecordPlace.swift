/// Where a record stands in its store.
struct RecordPlace: Sendable, Hashable {
    /// Which record it is.
    let sequence: UInt64
    /// The sequence of the first record of its segment.
    let segment: UInt64
    /// The first byte of its line.
    let offset: Int
    /// The line's length, without its end.
    let length: Int
}
