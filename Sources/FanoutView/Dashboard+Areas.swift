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

        /// What stands at the bottom: a caption, the transport, the keys.
        struct Bottom {
            /// The first row of it.
            var start: Int
            /// A rule and the caption's rows; empty where none is shown.
            var caption: Range<Int>
            /// Four rows, one where there is little room, none where the playhead follows now.
            var transport: Range<Int>
            var rule: Int
            var footer: Int

            /// Rows from which on the transport has four.
            static let roomyHeight = 24

            /// - Parameter captionRows: How many rows captions take; 0 where none are shown.
            init(height: Int, hasTransport: Bool, captionRows: Int) {
                footer = height - 1
                let isRoomy = hasTransport && height >= Self.roomyHeight
                if isRoomy {
                    transport = footer - 4..<footer
                    rule = transport.lowerBound - 1
                    start = rule
                } else {
                    rule = footer - 1
                    transport = hasTransport ? rule - 1..<rule : rule..<rule
                    start = transport.lowerBound
                }
                caption = start - (captionRows > 0 ? captionRows + 1 : 0)..<start
                start = caption.lowerBound
            }
        }

        var tabs: Int?
        var headerRule: Int?
        var axis: Int
        var lanes: Range<Int>
        var concurrency: Int
        var detail: Range<Int>?

        /// Gives the last row of the lanes to a map of the whole turn, under the row that counts what runs.
        mutating func makeRoomForMinimap() {
            guard lanes.count > 3 else { return }
            concurrency -= 1
            lanes = lanes.lowerBound..<concurrency
        }

        /// - Parameters:
        ///   - bottom: The first row of what stands at the bottom.
        ///   - detailLines: How many lines the detail has to show; nil where it is closed.
        ///   - isAsked: Whether it shows what somebody has to decide on, which counts for more than the lanes.
        init(height: Int, bottom: Int, detailLines: Int?, isAsked: Bool = false, hasTabs: Bool) {
            let top = Top(height: height, hasTabs: hasTabs)
            (tabs, headerRule, axis) = (top.tabs, top.rule, top.end)
            var bottom = bottom
            if let detailLines {
                // A rule, two lines about the call, the pages, and as much of one as there is and as leaves the lanes a view.
                let room = bottom - axis - 2
                let share = isAsked ? max(room - 4, min(room - 1, 8)) : min(room - 4, max(8, height * 2 / 5))
                let size = max(room < 8 ? 4 : 5, min(share, max(8, detailLines + 4)))
                detail = bottom - size..<bottom
                bottom -= size
            }
            concurrency = bottom - 1
            lanes = axis + 1..<max(axis + 1, concurrency)
        }
    }
}
