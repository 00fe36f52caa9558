/// Why bytes are not a JSON document that we accept.
///
/// The words never repeat a value, so an error may be logged and answered; member names are in
/// the pointer.
public struct JSONError: Error, Sendable, Hashable {
    /// What went wrong, for code to switch over.
    public enum Code: String, Sendable, Hashable, CaseIterable {
        /// There is no value: nothing, or white space alone.
        case emptyInput
        /// The document starts with U+FEFF, which RFC 8259 section 8.1 forbids to send.
        case byteOrderMark
        /// The document ends inside a value.
        case unexpectedEnd
        /// A byte that the grammar has no place for.
        case unexpectedByte
        /// More than white space after the value.
        case trailingBytes
        /// Bytes that are not UTF-8: overlong, surrogate, out of range or cut.
        case invalidUTF8
        /// A backslash with something after it that is no escape.
        case invalidEscape
        /// `\uD800` to `\uDFFF` without its other half.
        case loneSurrogate
        /// A control character inside a string, not escaped.
        case controlCharacter
        /// An object names a member twice, in whatever spelling.
        case duplicateKey
        /// Digits, sign, point or exponent against the grammar.
        case invalidNumber
        /// A number beyond the range of a double.
        case numberOutOfRange
        /// A number of more than `JSONDecimal.byteCountMax` bytes that is not a 64-bit integer.
        case numberTooLong
        /// More nesting than `JSONLimits.depthMax`.
        case tooDeep
        /// More values than `JSONLimits.valueCountMax`.
        case tooManyValues
    }

    /// What went wrong, for code to switch over.
    public let code: Code
    /// The value being read when it went wrong.
    public let pointer: JSONPointer
    /// The byte at which it went wrong, counted from 0; the length of the input when it was cut.
    public let offset: Int
    /// What went wrong, for a reader.
    public let detail: String
}

/// An error on its way out of the reader, which learns its place from each container it leaves.
///
/// The pointer is thus paid for by a bad document alone.
struct JSONFailure: Error {
    /// One step from a container into the value that failed.
    enum Step {
        case member(String)
        case item(Int)
    }

    let code: JSONError.Code
    let offset: Int
    let detail: String
    private var steps: [Step] = []

    init(_ code: JSONError.Code, at offset: Int, _ detail: String) {
        self.code = code
        self.offset = offset
        self.detail = detail
    }

    /// The same error, seen from the container around it.
    func inside(_ step: Step) -> JSONFailure {
        var outer = self
        outer.steps.append(step)
        return outer
    }

    /// The error with its whole pointer.
    var error: JSONError {
        var pointer = JSONPointer.root
        for step in steps.reversed() {
            switch step {
            case .member(let key): pointer = pointer.appending(key)
            case .item(let index): pointer = pointer.appending(index)
            }
        }
        return JSONError(code: code, pointer: pointer, offset: offset, detail: detail)
    }
}
