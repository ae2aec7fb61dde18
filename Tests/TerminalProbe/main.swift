import FanoutScreen
import FanoutView

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

guard let signals = Signals() else { exit(2) }
do {
    let terminal = try Terminal(name: getenv("TERM").map { String(cString: $0) }, signals: signals)
    terminal.use(try ThemeLibrary(folder: nil) { _ in nil }.theme("fanout-dark"))
    let ending = Probe(terminal: terminal).run(signals)
    print("still picture")
    fflush(nil)
    ending?.performDefault()
} catch {
    print("no screen: \(error)")
    exit(3)
}
