internal import FanoutEvents

/// Which columns and rows of a region belong to what of a race.
struct RaceLayout: Hashable {
    // Columns of the frame.
    var left: Int
    var name: Int
    /// The column after the last of a contestant's clock.
    var clockEnd: Int
    /// Where it says how many calls are done, and how much room that has; none where it stands at the right edge.
    var count: Range<Int>
    /// The first column of the bars, and how many they have.
    var bar: Int
    var barWidth: Int
    /// Columns right of the bars, for figures that the left has no room for.
    var right: Int
    /// Columns kept free behind the longest bar, for what is said there.
    var headroom: Int

    // Rows of the frame.
    var axis: Int
    /// Of each contestant its rows, the first for its name; empty where there is no room.
    var bands: [Range<Int>]
    var rule: Int?
    /// Of each contestant the rows of its wall.
    var walls: [Range<Int>]
    /// The first row of the verdict, and how many it has.
    var verdict: Int
    var verdictRows: Int

    /// The most rows that a chart of a contestant's concurrency has.
    private static let tallestChart = 8

    /// - Parameters:
    ///   - longestName: Columns of the contestants' longest name.
    ///   - longestCall: The same of the calls' names, which stand two columns further in.
    init(_ region: Region, contestants: Int, calls: Int, longestName: Int, longestCall: Int) {
        left = region.x + 1
        let most = region.width >= 120 ? 28 : region.width >= 96 ? 16 : 12
        name = max(10, min(most, max(longestName, region.width >= 56 ? longestCall + 2 : 0)))
        let afterName = left + 2 + name
        if region.width >= 56 {
            clockEnd = afterName + 7
            count = clockEnd + 2..<clockEnd + 2 + (region.width >= 96 ? 9 : 8)
            bar = count.upperBound + 2
            right = 0
        } else {
            clockEnd = afterName
            count = afterName..<afterName
            bar = afterName + 1
            right = 6
        }
        barWidth = max(1, region.x + region.width - 1 - right - bar)
        headroom = barWidth >= 30 ? 12 : 0

        axis = region.y
        verdictRows = region.height >= contestants + 3 ? 2 : 1
        let end = region.y + region.height
        // A blank row before the verdict is worth one of a band's where there are many.
        let room = region.height - 1 - 1 - contestants - verdictRows - (region.height >= 20 ? 1 : 0)
        let each = room / max(1, contestants)
        bands = []
        rule = nil
        var y = axis + 1
        if each >= 1 {
            // A row for each call where there is room, and then one between contestants.
            let tall = min(each, calls < each ? calls + 1 : Self.tallestChart + 1)
            let gap = each > tall ? 1 : 0
            for place in 0..<contestants {
                bands.append(y..<y + tall)
                y += tall + (place < contestants - 1 ? gap : 0)
            }
            rule = y
            y += 1
        }
        // On a tall stage walls are thick, and stand apart.
        let spare = end - y - contestants - verdictRows - 1
        let thickness = spare >= 3 * contestants ? 2 : 1
        let gap = spare >= contestants * thickness ? 1 : 0
        walls = []
        for _ in 0..<contestants {
            walls.append(y..<y + thickness)
            y += thickness + gap
        }
        verdict = y + (gap == 0 && spare >= 0 ? 1 : 0)
    }
}
