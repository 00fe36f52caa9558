// The entry of the fuzzer that `scripts/fuzz` builds, together with the sources of HTTPWire and
// the properties that the suites check too. Not part of the package: it needs libFuzzer's main.

/// Stops the process, so that libFuzzer keeps the input, when a property does not hold.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzRequestParser(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = unsafe Array(UnsafeBufferPointer(start: start, count: count))
    if let violation = WireProperties.violation(bytes) {
        print("property broken: \(violation)")
        preconditionFailure("a property of the request parser does not hold")
    }
    return 0
}
