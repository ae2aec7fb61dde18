internal import FanoutEvents
internal import FanoutSession
internal import FanoutView

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// Removes old recordings of our own, and what hooks measured for transcripts that are as old, never without saying which.
struct SessionPruning {
    private let shelf = RecordingShelf()
    private let longest: Int64?
    private let largest: Int64?
    private let isDry: Bool
    private let isAgreed: Bool

    init(_ options: Options) throws {
        guard options.operands.count == 1 else {
            throw UsageError("sessions prune: it takes no words; say what goes with --older-than or --larger-than")
        }
        longest = try options.value("older-than").map { text throws in try Self.age(text) }
        largest = try options.value("larger-than").map { text throws in try Self.size(text) }
        isDry = options.has("dry-run")
        isAgreed = options.has("yes")
        guard longest != nil || largest != nil else {
            throw UsageError("sessions prune: say what goes: --older-than 30d, --larger-than 1GB, or both")
        }
        for name in ["long", "json"] where options.has(name) {
            throw UsageError("--\(name): it belongs to the list; leave out prune")
        }
    }

    /// Returns the exit status.
    func perform() throws -> Int32 {
        let plan = PruningPlan(shelf.entries(isThorough: false) + HookFile.entries(), now: Clock.now(), longest: longest, largest: largest)
        guard !plan.removed.isEmpty else {
            Console.print("nothing goes: \(Self.sum(plan.kept)) in \(shelf.directory)\n")
            return 0
        }
        for entry in plan.removed {
            let age = "not written to for " + DurationText.length(Clock.now() - entry.changed)
            let row = [ByteText.size(entry.size), age, SessionListing.title(entry), CleanText(entry.path)]
            Console.print(row.joined(separator: "  ").string + "\n")
        }
        Console.print("\(Self.sum(plan.removed)) \(isDry ? "would go" : "to go"); \(Self.sum(plan.kept)) would stay\n")
        if isDry {
            return 0
        }
        if !isAgreed {
            guard isatty(0) == 1, isatty(1) == 1 else {
                throw UsageError(
                    "sessions prune: nobody is here to be asked, and nothing was removed; --yes removes these files, --dry-run only lists them"
                )
            }
            Console.print("Remove \(plan.removed.count == 1 ? "it" : "them")? [y/N] ")
            guard let answer = readLine(), ["y", "yes"].contains(answer.lowercased()) else {
                Console.print("nothing was removed\n")
                return 0
            }
        }
        return remove(plan.removed)
    }

    private func remove(_ entries: [SessionEntry]) -> Int32 {
        var removed: [SessionEntry] = []
        var status: Int32 = 0
        for entry in entries {
            let path = CleanText(entry.path).string
            switch entry.kind == "hooks" ? HookFile.remove(entry) : shelf.remove(entry) {
            case nil: removed.append(entry)
            case .recorded?: Console.complain("\(path): it is being recorded, or that cannot be told; it stays")
            case .changed?: Console.complain("\(path): it was changed or removed meanwhile; nothing was done")
            case .failed(let reason)?:
                Console.complain("\(path): \(reason); check who may write in \(shelf.directory)")
                status = 1
            }
        }
        Console.print("removed \(Self.sum(removed))\n")
        return status
    }

    private static func sum(_ entries: [SessionEntry]) -> String {
        return "\(counted(entries.count, "file")), \(ByteText.size(PruningPlan.size(of: entries)).string)"
    }

    /// A length of time with its unit, in microseconds.
    static func age(_ text: String) throws(UsageError) -> Int64 {
        let units: [(String, Double)] = [("m", 60), ("h", 3600), ("d", 86_400), ("w", 604_800)]
        guard let unit = units.first(where: { text.hasSuffix($0.0) }), let number = Double(text.dropLast()), number >= 0,
            number * unit.1 < 1e9
        else {
            throw UsageError("--older-than \(text): it takes a number with m, h, d or w, such as 30d")
        }
        return Int64(number * unit.1 * 1_000_000)
    }

    /// A number of bytes with its unit: of a thousand, or with an `i` of 1,024.
    static func size(_ text: String) throws(UsageError) -> Int64 {
        let digits = text.prefix { $0.isNumber || $0 == "." }
        let unit = text.dropFirst(digits.count).lowercased()
        let units: [String: Double] = [
            "": 1, "b": 1, "k": 1e3, "kb": 1e3, "m": 1e6, "mb": 1e6, "g": 1e9, "gb": 1e9, "t": 1e12, "tb": 1e12, "kib": 1024,
            "mib": 1_048_576, "gib": 1_073_741_824, "tib": 1_099_511_627_776,
        ]
        guard let factor = units[unit], let number = Double(digits), number >= 0, number * factor < 1e18 else {
            throw UsageError("--larger-than \(text): it takes a size such as 500MB or 1GB")
        }
        return Int64(number * factor)
    }
}
