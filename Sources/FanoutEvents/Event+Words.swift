extension Event {
    /// How a call ended.
    public enum Outcome: String, Sendable, Hashable, CaseIterable {
        case ok, failed, timeout, cancelled, skipped
        /// Nobody saw its end.
        case unknown

        /// Whether it counts as an error.
        public var isError: Bool { self == .failed || self == .timeout }
    }

    /// How a turn ended.
    public enum TurnOutcome: String, Sendable, Hashable, CaseIterable {
        case ok, failed, cancelled
        /// The model's reply was cut off.
        case cut
    }

    public enum SessionOutcome: String, Sendable, Hashable, CaseIterable {
        case ok, failed, cancelled
    }

    /// What a call waits for.
    public enum Wait: String, Sendable, Hashable, CaseIterable {
        case limit, order, rate, dependency, approval
    }

    public enum Decision: String, Sendable, Hashable, CaseIterable {
        case approved, denied
    }

    public enum DecisionScope: String, Sendable, Hashable, CaseIterable {
        case once, tool
    }

    /// Why a model's reply ended.
    public enum Finish: String, Sendable, Hashable, CaseIterable {
        case stop, calls, length, filtered, refused, paused, error, other
    }

    public enum OutputKind: String, Sendable, Hashable, CaseIterable {
        case text, reasoning, refusal
    }

    public enum OutputStream: String, Sendable, Hashable, CaseIterable {
        case stdout, stderr
    }

    public enum MarkerKind: String, Sendable, Hashable, CaseIterable {
        case chapter, caption, note
    }
}

/// Why a call has no result of its own.
public struct CallError: Error, Sendable, Hashable {
    public var kind: Kind
    /// For people and for the model: what was wrong and, where there is one, the way round.
    public var message: String

    public init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    /// The kind of an error; a tool may have a word of its own.
    public struct Kind: RawRepresentable, Sendable, Hashable {
        public var rawValue: String

        public init(rawValue: String) { self.rawValue = rawValue }

        public static let unknownTool = Kind(rawValue: "unknown_tool")
        public static let invalidJSON = Kind(rawValue: "invalid_json")
        public static let invalidArguments = Kind(rawValue: "invalid_arguments")
        public static let denied = Kind(rawValue: "denied")
        public static let toolError = Kind(rawValue: "tool_error")
        public static let exitStatus = Kind(rawValue: "exit_status")
        public static let connection = Kind(rawValue: "connection")
        public static let crashed = Kind(rawValue: "crashed")
        public static let dependencyFailed = Kind(rawValue: "dependency_failed")
        public static let dependencyCycle = Kind(rawValue: "dependency_cycle")
        public static let unknownReference = Kind(rawValue: "unknown_reference")
        public static let truncatedTurn = Kind(rawValue: "truncated_turn")
        public static let timeout = Kind(rawValue: "timeout")
        public static let cancelled = Kind(rawValue: "cancelled")
        public static let interrupted = Kind(rawValue: "interrupted")

        /// Whether the call was turned away before anything ran.
        package var meansNothingRan: Bool {
            switch self {
            case .denied, .unknownTool, .invalidArguments, .invalidJSON: true
            default: outcome == .skipped
            }
        }

        /// The outcome that goes with it.
        public var outcome: Event.Outcome {
            switch self {
            case .dependencyFailed, .dependencyCycle, .unknownReference, .truncatedTurn: .skipped
            case .timeout: .timeout
            case .cancelled, .interrupted: .cancelled
            default: .failed
            }
        }
    }
}
