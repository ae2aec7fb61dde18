extension Dashboard {
    /// Which rows of the screen belong to what.
    struct Areas {
        /// What stands under the header: the tabs where there are any, and a rule where there is room for both.
        struct Top {
            var tabs: Int?
            var rule: Int?
            var end: Int

            init(height: Int, hasTabs: Bool) {
                tabs = hasTabs ? 2 : nil
                rule = !hasTabs ? 2 : height >= 16 ? 3 : nil
                end = hasTabs && height >= 16 ? 4 : 3
            }
        }

        var tabs: Int?
        var headerRule: Int?
        var axis: Int
        var lanes: Range<Int>
        var concurrency: Int
        var detail: Range<Int>?
        var transport: Int?
        var footerRule: Int
        var footer: Int

        /// Gives the last row of the lanes to a map of the whole turn, under the row that counts what runs.
        mutating func makeRoomForMinimap() {
            guard lanes.count > 3 else { return }
            concurrency -= 1
            lanes = lanes.lowerBound..<concurrency
        }

        /// - Parameter detailLines: How many lines the detail has to show; nil where it is closed.
        init(width: Int, height: Int, detailLines: Int?, hasTransport: Bool, hasTabs: Bool) {
            let top = Top(height: height, hasTabs: hasTabs)
            (tabs, headerRule, axis) = (top.tabs, top.rule, top.end)
            footer = height - 1
            footerRule = height - 2
            var bottom = footerRule
            if hasTransport {
                bottom -= 1
                transport = bottom
            }
            if let detailLines {
                // A rule, two lines about the call, the pages, and as much of one as there is and as leaves the lanes a view.
                let room = bottom - axis - 2
                let size = max(5, min(room - 4, max(8, height * 2 / 5), max(8, detailLines + 4)))
                detail = bottom - size..<bottom
                bottom -= size
            }
            concurrency = bottom - 1
            lanes = axis + 1..<max(axis + 1, concurrency)
        }
    }
}
