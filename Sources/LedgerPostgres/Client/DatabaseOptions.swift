#if PostgreSQL
import Glibc

/// A list of C strings that a null ends.
typealias CStrings = UnsafePointer<UnsafePointer<CChar>?>

/// What libpq is told to make one connection to one host.
struct DatabaseOptions {
    /// Where that is, for messages; without the password.
    let place: String
    let values: [String: String]

    var password: String? { values["password"] }

    /// Lends the names and values as libpq takes them.
    func withStrings<Value>(_ body: (CStrings, CStrings) -> Value) -> Value {
        let pairs = values.sorted { left, right in left.key < right.key }
        let names = unsafe pairs.map { pair in unsafe UnsafePointer(strdup(pair.key)) } + [nil]
        let texts = unsafe pairs.map { pair in unsafe UnsafePointer(strdup(pair.value)) } + [nil]
        defer {
            for index in pairs.indices {
                unsafe free(UnsafeMutablePointer(mutating: names[index]))
                unsafe free(UnsafeMutablePointer(mutating: texts[index]))
            }
        }
        return unsafe names.withUnsafeBufferPointer { names in
            unsafe texts.withUnsafeBufferPointer { texts in
                guard let names = names.baseAddress, let texts = texts.baseAddress
                else { preconditionFailure("a list with its end is not empty") }
                return unsafe body(names, texts)
            }
        }
    }
}
#endif
