/// What a key asks for. A key means one thing in a mode; ``KeyMap`` says which.
package enum Command: String, Sendable, Hashable, CaseIterable {
    case up, down, top, bottom, halfPageUp, halfPageDown, previousTurn, nextTurn, previousSession, nextSession
    case open, close
    case nextPage, previousPage, detailDown, detailUp
    case pageDown, pageUp
    case nextError, previousError
    case search, nextMatch, previousMatch, filter, sort, reverse, fold, foldAll
    case zoomIn, zoomOut, panLeft, panRight, fit, follow
    case pause, back5, forward5, backTenth, forwardTenth
    case tenth0, tenth1, tenth2, tenth3, tenth4, tenth5, tenth6, tenth7, tenth8, tenth9
    case previousEvent, nextEvent, previousMarker, nextMarker, slower, faster, normalSpeed
    case mark, skipIdle, loop, captions
    case cancelCall, cancelTurn, approve, approveTool, deny, retry
    case ask, again
    case copyText, copyJSON
    case lanes, statistics, sessions, transcript, output, theme, mouse, command, keys, quit
}
