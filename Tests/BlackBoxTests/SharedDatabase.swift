import Foundation

/// The database that `scripts/postgres run` has started.
enum SharedDatabase {
    static let url = ProcessInfo.processInfo.environment["BINDERY_TEST_POSTGRES"]
}
