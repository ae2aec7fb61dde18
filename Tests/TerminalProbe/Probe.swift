import FanoutEvents
import FanoutScreen
import FanoutView

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// A program for the tests of the terminal: it shows its size, its keys and its signals, and ends in each way in which programs end.
final class Probe {
    private let terminal: Terminal
    private let loop: EventLoop
    private let glyphs: Glyphs = Terminal.isUnicode ? .unicode : .ascii
    private var log: [CleanText] = []
    private var ending: Signal?

    init(terminal: Terminal) {
        self.terminal = terminal
        loop = EventLoop {
            var instant = timespec()
            clock_gettime(CLOCK_MONOTONIC, &instant)
            return Int64(instant.tv_sec) * 1_000_000 + Int64(instant.tv_nsec) / 1_000
        }
    }

    /// Runs until it is told to end, and returns the signal that told it.
    func run(_ signals: borrowing Signals) -> Signal? {
        // The loop ends before this function does, so the descriptor stays open.
        let descriptor = signals.descriptor
        loop.watch(terminal.input) { [self] readiness in
            guard readiness == .readable else { return loop.stop() }
            terminal.keys().forEach(press)
            paint()
        }
        var came = false
        loop.watch(descriptor) { [self] _ in
            came = true
            loop.stop()
        }
        paint()
        repeat {
            came = false
            loop.run()
            if came {
                signals.take().forEach(take)
                paint()
            }
        } while came && ending == nil
        // The handlers hold the probe, and it the loop.
        loop.unwatch(terminal.input)
        loop.unwatch(descriptor)
        terminal.restore()
        return ending
    }

    private func press(_ key: Key) {
        switch key {
        case .character("q"): loop.stop()
        case .character("E"): exit(7)
        case .character("T"): fatalError("as the test asked for")
        case .character("C"): terminal.copy("copied ✓")
        case .character("M"), .character("N"): terminal.useMouse(key == .character("M"))
        case .mouse(let mouse): log.append(CleanText("mouse \(mouse.kind) \(mouse.column) \(mouse.row)"))
        default: log.append(CleanText("key \(key)"))
        }
    }

    private func take(_ signal: Signal) {
        log.append(CleanText("signal \(signal)"))
        switch signal {
        case .resized:
            terminal.resize()
        case .interrupt, .quit, .terminate, .hangUp:
            ending = signal
        case .stop:
            terminal.suspend()
            signal.performDefault()
            terminal.resume()
        case .goOn:
            terminal.resume()
        }
    }

    private func paint() {
        let (width, height) = terminal.size
        var frame = Frame(width: width, height: height, glyphs: glyphs)
        frame.put(CleanText("probe \(width)x\(height) \(terminal.depth)"), x: 0, y: 0, role: .title)
        frame.put(glyphs.failed, x: 0, y: 1, role: .failed)
        frame.put(CleanText("日本語 cafe\u{301} wide"), x: 2, y: 1, role: .running)
        frame.fill(0..<width, y: 2, with: glyphs.full, role: .barRun)
        for (line, text) in log.suffix(max(0, height - 4)).enumerated() {
            frame.put(text, x: 2, y: 3 + line, role: line % 2 == 0 ? .ok : .muted)
        }
        frame.select(row: 3)
        frame.put(CleanText("end \(log.count)"), x: max(0, width - 8), y: height - 1, role: .footerKey)
        terminal.paint(frame)
    }
}
