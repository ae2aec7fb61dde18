internal import FanoutEvents
internal import FanoutTimeline

extension Dashboard {
    /// The last turn as a picture that stays when the screen is gone: as tall as it needs to be, without what keys are for.
    package mutating func still(_ input: Input) -> Frame {
        guard let index = sessionIndex(input.timelines) else { return Frame(width: input.width, height: 0, glyphs: glyphs) }
        let timeline = input.timelines[index]
        var copy = self
        copy.selection = nil
        copy.detail = nil
        copy.showsKeys = false
        copy.view = .lanes
        copy.overview = nil
        copy.showsTabs = false
        copy.entry = nil
        copy.followUps = .none
        copy.notice = nil
        copy.zoom = .fit
        copy.search = nil
        copy.output?.isShown = false
        // All that the figures in the header count.
        copy.arrangement = Arrangement()
        copy.transport.showsCaptions = false
        copy.playhead = .live()
        copy.isReplay = false
        let rows = RowList(timeline, at: copy.instant(timeline, input)).count
        var input = input
        // Header, rule and axis above the rows; concurrency, rule and footer below them.
        input.height = max(Self.leastHeight, min(min(rows, 30) + 7, max(input.height, Self.leastHeight)))
        let whole = copy.frame(input)
        let kept = 4 + min(rows, copy.laneRows)
        var picture = Frame(width: whole.width, height: kept + 1, glyphs: glyphs)
        for y in 0..<kept {
            picture.copy(row: y, of: whole, to: y)
        }
        picture.copy(row: kept, of: whole, to: kept)
        return picture
    }
}
