import Platform

/// Where the key is that a command of the client side calls the server with.
///
/// Never a flag's value: other users of the machine see the arguments of a process.
enum KeySource {
    /// The variable that holds it unless said otherwise.
    static let variable = "BINDERY_KEY"
}
