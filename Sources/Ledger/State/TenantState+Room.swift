import Model

extension TenantState {
    /// The versions that a line has too many, which make room: the oldest that are superseded or
    /// archived, about a hundred at a time.
    ///
    /// First those that nothing names: no change request, and no version as what it came from. When
    /// those do not do, what versions alone came from goes too. What an open change request names
    /// stays in any case, and so does every draft, preview and published version.
    ///
    /// - Complexity: O(1) below the bound; beyond it, O(versions of the blueprint's lines).
    func surplusVersions(of id: ConfigLineID) -> [Int] {
        guard let line = lines[id], line.versions.count > ConfigLine.versionCountMax else {
            return []
        }
        let count = line.versions.count - ConfigLine.versionCountMax + ConfigLine.roomCount
        var origins = sources(of: id)
        var waiting: Set<Int> = []
        for request in changeRequests.values where request.value.line == id {
            if request.value.status.isOver {
                origins.insert(request.value.version)
            } else {
                waiting.insert(request.value.version)
            }
        }
        let old = line.versions.values
            .filter { $0.value.status == .superseded || $0.value.status == .archived }
            .map(\.value.number).filter { !waiting.contains($0) }.sorted()
        let unnamed = old.filter { !origins.contains($0) }
        let named = old.filter { origins.contains($0) }
        return Array((unnamed + named).prefix(count))
    }

    /// The versions of the line that others came from.
    private func sources(of id: ConfigLineID) -> Set<Int> {
        var sources: Set<Int> = []
        for (other, line) in lines where other.blueprint == id.blueprint {
            for version in line.versions.values {
                switch version.value.origin {
                case .version(let number), .rollback(let number), .migration(let number, _):
                    if other == id { sources.insert(number) }
                case .promotion(let environment, let number):
                    if environment == id.environment { sources.insert(number) }
                case nil: break
                }
            }
        }
        return sources
    }
}
