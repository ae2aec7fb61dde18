/// How the width of the screen is shared among what a lane's row tells.
struct Columns: Hashable {
    var name: Int
    /// 0 where there is no room for arguments.
    var argument: Int
    var state: Int
    var time: Int
    /// The column at which the bars begin, and how many they have.
    var bar: Int
    var barWidth: Int

    static let nameStart = 4

    /// - Parameter longestName: What the names of the lanes on the screen would like to have.
    init(width: Int, longestName: Int) {
        switch width {
        case 120...:
            (name, argument, state, time) = (max(14, min(28, longestName)), min(40, width / 5), 10, 6)
        case 96...:
            (name, argument, state, time) = (max(12, min(18, longestName)), 16, 10, 6)
        case 72...:
            (name, argument, state, time) = (max(12, min(16, longestName)), 10, 9, 6)
        case 56...:
            (name, argument, state, time) = (12, 0, 9, 6)
        default:
            (name, argument, state, time) = (max(6, min(10, width - 24)), 0, 0, 6)
        }
        bar = Self.nameStart + name + 1 + (argument > 0 ? argument + 1 : 0) + (state > 0 ? state + 1 : 0) + time + 3
        barWidth = max(1, width - bar - 1)
    }

    var argumentStart: Int { Self.nameStart + name + 1 }
    var stateStart: Int { argumentStart + (argument > 0 ? argument + 1 : 0) }
    var timeStart: Int { stateStart + (state > 0 ? state + 1 : 0) }
    /// The mark of the critical path, between the time and the bar's left edge.
    var criticalMark: Int { bar - 2 }
    var leftEdge: Int { bar - 1 }
}
