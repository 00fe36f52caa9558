import Foundation

/// Whether the file has the bytes anywhere.
func holds(_ path: String, _ needle: [UInt8]) throws -> Bool {
    let data = try Data(contentsOf: URL(filePath: path), options: .mappedIfSafe)
    return data.range(of: Data(needle)) != nil
}
