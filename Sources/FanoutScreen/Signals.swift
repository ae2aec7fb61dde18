internal import CSystem

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// What the system or the user tells a program from outside.
package enum Signal: Sendable, Hashable, CaseIterable {
    /// The terminal has another size.
    case resized
    /// Ctrl-C.
    case interrupt
    /// Ctrl-\.
    case quit
    case terminate
    /// The terminal is gone.
    case hangUp
    /// Ctrl-Z: give the terminal back, then ``performDefault()``, which returns when the program goes on.
    case stop
    /// Somebody had stopped the program without asking, and it goes on.
    case goOn

    fileprivate var number: Int32 {
        switch self {
        case .resized: SIGWINCH
        case .interrupt: SIGINT
        case .quit: SIGQUIT
        case .terminate: SIGTERM
        case .hangUp: SIGHUP
        case .stop: SIGTSTP
        case .goOn: SIGCONT
        }
    }

    /// Does what the signal does to a program that has not asked for it: ends it as whoever waits for it expects, or stops it.
    package func performDefault() {
        csystem_signal_default(number)
    }
}

/// The signals of the program, to be read like any other input.
///
/// While it lives, none of them does anything else; what the parent had the program ignore (as `nohup` does) stays ignored. There is one.
package struct Signals: ~Copyable {
    /// What to wait on.
    package let descriptor: Int32

    /// Takes them; nil where they are taken already, or the system has no descriptors left.
    package init?() {
        let numbers = Signal.allCases.map(\.number)
        descriptor = csystem_signals_open(numbers, Int32(numbers.count))
        if descriptor < 0 {
            return nil
        }
    }

    deinit {
        csystem_signals_close()
    }

    /// Those that came since it was last asked, each once however often it came, in the order in which they first did.
    package func take() -> [Signal] {
        var bytes = [UInt8](repeating: 0, count: 64)
        var signals: [Signal] = []
        while true {
            let count = read(descriptor, &bytes, bytes.count)
            guard count > 0 else { return signals }
            for byte in bytes[..<count] {
                if let signal = Signal.allCases.first(where: { $0.number == Int32(byte) }), !signals.contains(signal) {
                    signals.append(signal)
                }
            }
        }
    }
}
