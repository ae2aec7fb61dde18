/// How long each tool's calls ran, for percentiles without a walk over all lanes.
struct ToolRuns {
    private var runs: [UInt32: ContiguousArray<UInt32>] = [:]

    /// Adds one call's run time; beyond an hour and eleven minutes the most that four bytes hold is kept.
    mutating func add(_ microseconds: Int64, tool: UInt32) {
        runs[tool, default: []].append(UInt32(clamping: microseconds))
    }

    /// Corrects one that was added.
    mutating func replace(_ old: Int64, by microseconds: Int64, tool: UInt32) {
        // Corrections come soon after what they correct.
        guard let place = runs[tool]?.lastIndex(of: UInt32(clamping: old)) else { return }
        runs[tool]?[place] = UInt32(clamping: microseconds)
    }

    func runs(of tool: UInt32) -> ContiguousArray<UInt32> { runs[tool] ?? [] }
}
