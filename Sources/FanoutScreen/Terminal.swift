internal import CNcurses
package import FanoutView

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// The terminal while the program has it for itself: paints frames, reads keys.
///
/// A class, because there is one device and somebody must give it back: the last reference gone, the terminal is as it was. So it is
/// after an exit and a crash, and whenever it is suspended. It belongs to the thread that opened it; curses knows no others.
package final class Terminal {
    /// How many colours it has.
    package let depth: ColorDepth
    /// Said to the user where something had to be made do with.
    package let note: String?
    /// What to wait on for keys.
    package let input: Int32
    /// Columns and rows.
    package private(set) var size: (width: Int, height: Int)

    private let ownsInput: Bool

    /// Whether it shows more than ASCII, by what the environment says of the locale.
    package static let isUnicode: Bool = cncurses_set_locale()

    /// Takes the terminal over.
    ///
    /// - Parameters:
    ///   - name: What `TERM` says.
    ///   - input: Where keys come from; where that is no terminal, they come from `/dev/tty`.
    ///   - signals: Not used, but needed: where the program has not taken its signals by now, curses takes them.
    package init(name: String?, input: Int32 = 0, output: Int32 = 1, signals: borrowing Signals) throws(TerminalError) {
        guard let name, !name.isEmpty, name != "dumb" else { throw .cannotDraw(name: name ?? "") }
        guard isatty(output) == 1 else { throw .notATerminal }
        ownsInput = isatty(input) != 1
        self.input = ownsInput ? open("/dev/tty", O_RDONLY | O_CLOEXEC) : input
        guard self.input >= 0 else { throw .noKeys }
        _ = Self.isUnicode
        if cncurses_start(name, self.input, output) {
            note = nil
        } else if cncurses_start(Self.likelyName, self.input, output) {
            note = "terminfo does not know TERM=\(name); the terminal is taken for \(Self.likelyName)"
        } else {
            if ownsInput {
                close(self.input)
            }
            throw .cannotDraw(name: name)
        }
        depth = Self.depth(colors: cncurses_colors(), isDirect: cncurses_takes_rgb())
        size = Self.measure()
    }

    deinit {
        restore()
        if ownsInput {
            close(input)
        }
    }

    /// What nearly every terminal understands that terminfo does not know.
    private static let likelyName = "xterm-256color"

    private static func depth(colors: Int32, isDirect: Bool) -> ColorDepth {
        switch colors {
        case _ where isDirect: .direct
        case 256...: .indexed
        case 16...: .sixteen
        case 8...: .eight
        default: .none
        }
    }

    private static func measure() -> (width: Int, height: Int) {
        var columns: Int32 = 0
        var rows: Int32 = 0
        _ = cncurses_size(&columns, &rows)
        return (Int(columns), Int(rows))
    }

    // MARK: Painting

    /// Has frames drawn with a theme from now on.
    package func use(_ theme: Theme) {
        cncurses_clear_styles()
        for (number, style) in theme.styles(depth: depth).enumerated() {
            let attributes = Int32(style.attributes.rawValue)
            cncurses_set_style(Int32(number), attributes, style.foreground ?? -1, style.background ?? -1)
        }
        cncurses_set_background(Int32(Frame.Cell.blank.style))
    }

    /// Shows a frame: what differs from the frame before it is sent.
    package func paint(_ frame: borrowing Frame) {
        frame.cells.withUnsafeBufferPointer { cells in
            frame.clusters.withUnsafeBufferPointer { clusters in
                cncurses_paint(cells.baseAddress, Int32(frame.width), Int32(frame.height), clusters.baseAddress, Self.isUnicode)
            }
        }
    }

    // MARK: Coming and going

    /// Takes up the terminal's new size, if it has one; the next frame is drawn whole.
    @discardableResult
    package func resize() -> Bool {
        let now = Self.measure()
        guard now != size else { return false }
        size = now
        cncurses_resize(Int32(now.width), Int32(now.height))
        return true
    }

    /// Gives the terminal back for a while.
    package func suspend() {
        cncurses_suspend()
    }

    /// Takes the terminal over again, in the size that it has now; the next frame is drawn whole.
    package func resume() {
        cncurses_resume()
        resize()
    }

    /// Gives the terminal back for good. Nothing is painted after it.
    package func restore() {
        cncurses_stop()
    }
}

/// Why there is no screen. The way round is always the same: plain lines.
package enum TerminalError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is written goes into a file or a pipe.
    case notATerminal
    /// Nothing can be drawn on what `TERM` names; empty where it is not set.
    case cannotDraw(name: String)
    /// Standard input is not a terminal, and the program has no other.
    case noKeys

    package var description: String {
        switch self {
        case .notATerminal: "standard output is not a terminal"
        case .cannotDraw(""): "TERM is not set, so nobody knows what this terminal can do"
        case .cannotDraw(let name): "nothing can be drawn on a terminal of the kind TERM=\(name)"
        case .noKeys: "there is no terminal to read keys from"
        }
    }
}
