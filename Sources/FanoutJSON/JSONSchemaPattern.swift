/// A `pattern`: a regular expression that is looked for anywhere in a string, scalar by scalar.
///
/// Patterns are written for ECMA-262 (https://tc39.es/ecma262/#sec-patterns), and come from whoever wrote the schema. All ways through one
/// are followed side by side (Thompson 1968), so a match costs at most the length of the text times that of the pattern: none can be
/// written that takes for ever, and there is a bound all the same, since both may be long.
struct JSONSchemaPattern: Sendable {
    /// What one step of a pattern does. Steps are named by their places.
    enum Step: Sendable {
        /// Takes a character of this set and goes on to the step after it.
        case take(Int)
        case split(Int, Int)
        case jump(Int)
        case assert(Assertion)
        /// Goes on where the pattern that begins at `start` fits from here on, or up to here; `negated` where it does not.
        case look(start: Int, ahead: Bool, negated: Bool)
        case end
    }

    enum Assertion: Sendable {
        case start
        case end
        case boundary
        case inside
    }

    /// Steps that a match may take; more than any text that a person writes needs.
    private static let mostSteps = 4_000_000

    let source: String
    let steps: [Step]
    let sets: [CharacterSet]

    /// - Throws: ``JSONSchemaPatternError``.
    init(_ source: String) throws(JSONSchemaPatternError) {
        self.source = source
        var parser = Parser(source)
        let tree = try parser.pattern()
        var assembly = Assembly()
        try assembly.add(tree, backwards: false)
        assembly.steps.append(.end)
        try assembly.addLooks()
        steps = assembly.steps
        sets = parser.sets
    }

    /// Whether it fits a part of the text; nil where finding out takes too long.
    func matches(_ text: String) -> Bool? {
        var run = Run(pattern: self, text: Array(text.unicodeScalars), stepsLeft: Self.mostSteps)
        let found = run.find(from: 0, at: 0, backwards: false, anywhere: true)
        return run.stepsLeft > 0 ? found : nil
    }
}

/// Why a pattern cannot be used.
enum JSONSchemaPatternError: Error, Hashable {
    /// It is no regular expression, or too large a one.
    case malformed(String)
    /// It is one, and holds what only other engines know.
    case unsupported(String)
}

extension JSONSchemaPattern {
    /// One look through a text.
    private struct Run {
        let pattern: JSONSchemaPattern
        let text: [Unicode.Scalar]
        var stepsLeft: Int

        /// The steps that are reached at one place of the text, each once.
        private struct Reached {
            var places: [Int] = []
            private var marks: [Int]
            private var mark = 1

            init(count: Int) {
                marks = [Int](repeating: 0, count: count)
            }

            mutating func clear() {
                places.removeAll(keepingCapacity: true)
                mark += 1
            }

            /// False where it was there already.
            mutating func insert(_ place: Int) -> Bool {
                guard marks[place] != mark else { return false }
                marks[place] = mark
                return true
            }
        }

        /// Whether the pattern that begins at a step fits from a place of the text on.
        mutating func find(from start: Int, at first: Int, backwards: Bool, anywhere: Bool) -> Bool {
            var now = Reached(count: pattern.steps.count)
            var next = Reached(count: pattern.steps.count)
            // Making them is work as well.
            stepsLeft -= pattern.steps.count / 8
            var at = first
            if reach(start, at: at, &now) { return true }
            while stepsLeft > 0 {
                let place = backwards ? at - 1 : at
                guard text.indices.contains(place), !now.places.isEmpty || anywhere else { return false }
                let scalar = text[place]
                at += backwards ? -1 : 1
                next.clear()
                for step in now.places {
                    stepsLeft -= 1
                    guard case .take(let set) = pattern.steps[step], pattern.sets[set].contains(scalar) else { continue }
                    if reach(step + 1, at: at, &next) { return true }
                }
                if anywhere, reach(start, at: at, &next) { return true }
                swap(&now, &next)
            }
            return false
        }

        /// Adds all that a step leads to without taking a character; true where that is the end.
        private mutating func reach(_ first: Int, at: Int, _ reached: inout Reached) -> Bool {
            var waiting = [first]
            while let step = waiting.popLast() {
                stepsLeft -= 1
                guard stepsLeft > 0, reached.insert(step) else { continue }
                switch pattern.steps[step] {
                case .take: reached.places.append(step)
                case .split(let one, let other): waiting += [other, one]
                case .jump(let place): waiting.append(place)
                case .assert(let assertion):
                    if holds(assertion, at: at) { waiting.append(step + 1) }
                case .look(let start, let ahead, let negated):
                    if find(from: start, at: at, backwards: !ahead, anywhere: false) != negated { waiting.append(step + 1) }
                case .end: return true
                }
            }
            return false
        }

        private func holds(_ assertion: Assertion, at: Int) -> Bool {
            func isWord(_ place: Int) -> Bool { text.indices.contains(place) && CharacterSet.word.contains(text[place]) }
            return switch assertion {
            case .start: at == 0
            case .end: at == text.count
            case .boundary: isWord(at - 1) != isWord(at)
            case .inside: isWord(at - 1) == isWord(at)
            }
        }
    }
}
