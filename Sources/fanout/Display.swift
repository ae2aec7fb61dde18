internal import FanoutEvents
internal import FanoutScreen
internal import FanoutView

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// How what happens is shown.
enum Display: String, CaseIterable {
    case auto, dashboard, plain, json, quiet

    /// What `auto` comes to here: the dashboard on a terminal that can draw, else plain lines.
    static func choose(_ options: Options) throws -> Display {
        let wanted = try options.word("ui", as: Display.self) ?? .auto
        guard wanted == .auto else { return wanted }
        return hasScreen ? .dashboard : .plain
    }

    /// Whether there is a terminal that can draw.
    static var hasScreen: Bool {
        let term = Environment["TERM"] ?? ""
        return isatty(1) == 1 && !term.isEmpty && term != "dumb"
    }
}

/// What there is on the disk.
enum FileSystem {
    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }
}

/// Variables of the environment.
enum Environment {
    static subscript(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }
    }

    /// A variable's value, unless it is empty.
    static func value(_ name: String) -> String? { self[name].flatMap { $0.isEmpty ? nil : $0 } }

    static func isSet(_ name: String) -> Bool { value(name) != nil }
}
