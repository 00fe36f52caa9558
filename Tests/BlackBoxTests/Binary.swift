import Foundation

/// The program that is tested: `BINDERY_BIN`, or what was built beside these tests.
enum Binary {
    static let path: String = {
        if let given = ProcessInfo.processInfo.environment["BINDERY_BIN"] { return given }
        return URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
            .deletingLastPathComponent()
            .appending(path: "bindery").path
    }()
}

/// A folder of the repository.
enum Repository {
    private static let root = URL(filePath: #filePath)
        .deletingLastPathComponent()
        .deletingLastPathComponent()
        .deletingLastPathComponent()

    static func path(_ name: String) -> String { root.appending(path: name).path }

    /// The integrations of the catalogue.
    static let catalogueCount = {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: path("config/catalogue"))
                .count
        } catch {
            fatalError("the catalogue cannot be listed: \(error)")
        }
    }()
}
