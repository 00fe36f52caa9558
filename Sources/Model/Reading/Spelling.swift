/// Finds the name that a user may have meant.
public enum Spelling {
    /// The most candidates looked at.
    static let candidateCountMax = 200
    /// The longest name looked at, in bytes.
    static let byteCountMax = 64

    /// The nearest candidate within a third of the name's length in edits, or nil.
    ///
    /// - Complexity: O(candidates × name²), both bounded.
    public static func nearest(to name: String, in candidates: some Collection<String>) -> String? {
        guard name.utf8.count <= byteCountMax else { return nil }
        let limit = max(1, name.utf8.count / 3)
        var best: (distance: Int, name: String)?
        for candidate in candidates.sorted().prefix(candidateCountMax) {
            guard abs(candidate.utf8.count - name.utf8.count) <= limit else { continue }
            let distance = distance(Array(name.utf8), Array(candidate.utf8))
            guard distance <= limit, distance < best?.distance ?? .max else { continue }
            best = (distance, candidate)
        }
        return best?.name
    }

    /// Levenshtein's distance.
    private static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
        var row = Array(0...b.count)
        for i in a.indices {
            var diagonal = row[0]
            row[0] = i + 1
            for j in b.indices {
                let substituted = diagonal + (a[i] == b[j] ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(substituted, row[j] + 1, row[j + 1] + 1)
            }
        }
        return row[b.count]
    }
}
