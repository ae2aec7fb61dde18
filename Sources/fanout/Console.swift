internal import FanoutEvents
internal import FanoutTools

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// Standard output and standard error.
///
/// What cannot be written is not tried again, and nothing ends in its midst: the command comes to its end, which ``status(_:)`` turns into the program's.
enum Console {
    /// Why standard output takes no more; 0 while it does.
    private static let fault = Guarded<Int32>(0)

    /// Has descriptors 0 to 2 stand for something, so that no file that is opened later is taken for standard output.
    static func prepare() {
        for descriptor: Int32 in 0...2 where fcntl(descriptor, F_GETFD) < 0 {
            _ = open("/dev/null", O_RDWR)
        }
    }

    /// Writes to standard output.
    static func print(_ text: String) {
        var text = text
        text.withUTF8 { write($0) }
    }

    static func write(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard fault.withLock({ $0 }) == 0, !put(bytes, to: 1) else { return }
        let reason = errno
        fault.withLock { $0 = reason }
        // Whoever reads of a pipe only what they want, as `head` does, need not be told.
        if reason != EPIPE {
            complain("standard output: \(String(cString: strerror(reason))); nothing more is written to it")
        }
    }

    /// Whether nobody reads standard output any more.
    static var isUnread: Bool { fault.withLock { $0 } == EPIPE }

    /// The exit status of a program whose command came to this one. Where nobody reads what it writes, it ends as others do, by the signal.
    static func status(_ status: Int32) -> Int32 {
        let reason = fault.withLock { $0 }
        if reason == EPIPE {
            RunningPrograms.kill()
            signal(SIGPIPE, SIG_DFL)
            raise(SIGPIPE)
        }
        return status == 0 && reason != 0 ? 1 : status
    }

    /// Says on standard error what was wrong and what to do.
    ///
    /// Names of files, tools and keys in it come from outside: it is cleaned here, line by line, whoever put it together.
    static func complain(_ text: String) {
        tell(CleanText.lines(of: "fanout: " + text).map { $0.string + "\n" }.joined())
    }

    /// Writes to standard error, which nobody need read.
    static func tell(_ text: String) {
        var text = text
        text.withUTF8 { _ = put($0, to: 2) }
    }

    private static func put(_ bytes: UnsafeBufferPointer<UInt8>, to descriptor: Int32) -> Bool {
        var written = 0
        while written < bytes.count {
            let count = systemWrite(descriptor, bytes.baseAddress.map { $0 + written }, bytes.count - written)
            if count > 0 {
                written += count
            } else if errno == EAGAIN {
                // Somebody made the terminal or the pipe non-blocking.
                var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                poll(&ready, 1, -1)
            } else if errno != EINTR {
                return false
            }
        }
        return true
    }
}

/// `write(2)`, under a name that the console's own does not hide.
private func systemWrite(_ descriptor: Int32, _ bytes: UnsafePointer<UInt8>?, _ count: Int) -> Int {
    write(descriptor, bytes, count)
}
