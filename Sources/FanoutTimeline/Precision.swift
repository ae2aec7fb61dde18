public import FanoutEvents

/// How far a length of time can be trusted: some instants are concluded and not measured.
public enum Precision: UInt8, Sendable, Hashable, CaseIterable {
    case measured
    /// It is no longer than it says.
    case atMost
    /// It is no shorter than it says.
    case atLeast
    /// It rests on instants that were concluded, or on when lines arrived.
    case about
    /// It means nothing: only the order of its instants is known.
    case orderOnly

    /// Of a length that begins at such an instant.
    public init(start: Event.Approximation?) {
        switch start {
        case nil: self = .measured
        case .upper?: self = .atLeast
        case .lower?: self = .atMost
        case .arrival?, .inferred?: self = .about
        case .order?: self = .orderOnly
        }
    }

    /// Of a length that ends at such an instant.
    public init(end: Event.Approximation?) {
        switch end {
        case nil: self = .measured
        case .upper?: self = .atMost
        case .lower?: self = .atLeast
        case .arrival?, .inferred?: self = .about
        case .order?: self = .orderOnly
        }
    }

    /// Of the sum of two lengths.
    public static func + (a: Precision, b: Precision) -> Precision {
        switch (a, b) {
        case (.orderOnly, _), (_, .orderOnly): .orderOnly
        case (.measured, _): b
        case (_, .measured): a
        case (.atMost, .atMost), (.atLeast, .atLeast): a
        case (.atMost, _), (.atLeast, _), (.about, _): .about
        }
    }

    public static func += (a: inout Precision, b: Precision) { a = a + b }

    /// Of what becomes larger as this length becomes smaller.
    var inverse: Precision {
        switch self {
        case .atMost: .atLeast
        case .atLeast: .atMost
        case .measured, .about, .orderOnly: self
        }
    }

    /// In the format's word for such an instant, as files give it; nil where it was measured.
    public var word: String? {
        switch self {
        case .measured: nil
        case .atMost: Event.Approximation.upper.rawValue
        case .atLeast: Event.Approximation.lower.rawValue
        case .about: Event.Approximation.inferred.rawValue
        case .orderOnly: Event.Approximation.order.rawValue
        }
    }
}

/// How far the figures of a turn, or of a session, can be trusted.
public struct FiguresPrecision: Sendable, Hashable {
    public var wall = Precision.measured
    public var sum = Precision.measured
    public var criticalPath = Precision.measured

    public init() {}

    public var speedup: Precision { sum + wall.inverse }
    public var isMeasured: Bool { self == FiguresPrecision() }

    /// Adds those of another part.
    public mutating func add(_ other: FiguresPrecision) {
        wall += other.wall
        sum += other.sum
        criticalPath += other.criticalPath
    }
}

extension Timeline {
    /// How far a lane's run time at an instant can be trusted.
    public func precision(ofRun number: Int, at t: Int64) -> Precision {
        if measuredRun(of: number, at: t) != nil {
            return .measured
        }
        var precision = Precision.measured
        forEachSpan(of: number, at: t) { span in
            precision += Precision(start: span.approxStart)
            if span.end != nil {
                precision += Precision(end: span.approxEnd)
            } else if over.map({ $0 <= t }) == true {
                precision += .about
            }
        }
        return precision
    }

    /// How far a turn's figures can be trusted. The wall rests on the first start and the last end alone; the sum on all attempts that count.
    public func precision(ofTurn place: Int, at t: Int64, path: CriticalPath) -> FiguresPrecision {
        guard hasApproximations else { return FiguresPrecision() }
        let t = Instant.held(t)
        var ends = Ends(isOver: over.map { $0 <= t } ?? false)
        for number in turns[place].lanes where lanes[Int(number)].kind == .call {
            add(Int(number), at: t, to: &ends, isOwn: true)
        }
        var seen: Set<Int> = [place]
        addChildren(of: place, at: t, to: &ends, &seen)
        var result = FiguresPrecision()
        result.wall = ends.wall
        result.sum = ends.sum
        for lane in path.lanes {
            result.criticalPath += precision(ofChain: lane, at: t)
        }
        return result
    }

    /// How far the figures of the whole session can be trusted, its critical paths included.
    public func precision(at t: Int64) -> FiguresPrecision {
        var result = FiguresPrecision()
        guard hasApproximations else { return result }
        for place in turns.indices where place >= firstTurn {
            let own = precision(ofTurn: place, at: t, path: criticalPath(ofTurn: place, at: t))
            result.wall += own.wall
            // What is the work of a call lies within the path of that call's turn.
            if turns[place].parent == nil {
                result.criticalPath += own.criticalPath
            }
            // A child's attempts are its own turn's too, and marked there.
            result.sum += own.sum
        }
        return result
    }

    private func addChildren(of place: Int, at t: Int64, to ends: inout Ends, _ seen: inout Set<Int>) {
        guard turns[place].hasNested else { return }
        for lane in turns[place].lanes {
            for child in children(of: Int(lane)) where seen.insert(child).inserted {
                for nested in turns[child].lanes where lanes[Int(nested)].kind == .call {
                    add(Int(nested), at: t, to: &ends, isOwn: false)
                }
                addChildren(of: child, at: t, to: &ends, &seen)
            }
        }
    }

    private func add(_ number: Int, at t: Int64, to ends: inout Ends, isOwn: Bool) {
        let isCounted = !lanes[number].isParent
        forEachSpan(of: number, at: t) { ends.add($0, isOwn: isOwn, isCounted: isCounted) }
    }

    /// Of the stretch from a call's first start to its end.
    private func precision(ofChain number: Int, at t: Int64) -> Precision {
        var first: Span?
        var last: Span?
        forEachSpan(of: number, at: t) { span in
            first = first ?? span
            last = span
        }
        return Precision(start: first?.approxStart) + Precision(end: last?.end == nil ? nil : last?.approxEnd)
    }
}

/// What the first start and the last end of some attempts are known by, and all of their lengths.
private struct Ends {
    let isOver: Bool
    var sum = Precision.measured
    private var first: (t: Int64, precision: Precision)?
    private var last: (t: Int64, precision: Precision)?

    init(isOver: Bool) {
        self.isOver = isOver
    }

    mutating func add(_ span: Timeline.Span, isOwn: Bool, isCounted: Bool) {
        guard span.end != nil || !isOver else { return }
        let start = Precision(start: span.approxStart)
        let end = Precision(end: span.end == nil ? nil : span.approxEnd)
        if isCounted {
            sum += start + end
        }
        guard isOwn else { return }
        // Of several at one instant a measured one settles it.
        if first.map({ (span.start, start.rawValue) < ($0.t, $0.precision.rawValue) }) ?? true {
            first = (span.start, start)
        }
        let stop = span.end ?? Int64.max
        if last.map({ stop > $0.t || stop == $0.t && end.rawValue < $0.precision.rawValue }) ?? true {
            last = (stop, end)
        }
    }

    var wall: Precision { (first?.precision ?? .measured) + (last?.precision ?? .measured) }
}
