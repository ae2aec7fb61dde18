extension JSONSchemaPattern {
    /// A pattern as it is built.
    indirect enum Tree {
        case nothing
        /// A character of the set at this place.
        case take(Int)
        case sequence([Tree])
        case choice([Tree])
        case repeated(Tree, least: Int, most: Int?)
        case assert(Assertion)
        case look(Tree, ahead: Bool, negated: Bool)
    }

    /// Makes steps of a tree.
    struct Assembly {
        /// A pattern of more steps is no pattern for a tool's argument.
        private static let mostSteps = 10_000

        var steps: [Step] = []
        /// Looks whose own patterns are still to be added, with the steps that need them.
        private var looks: [(step: Int, tree: Tree, ahead: Bool, negated: Bool)] = []

        /// - Parameter backwards: For a look behind, which takes its characters from the last to the first.
        mutating func add(_ tree: Tree, backwards: Bool) throws(JSONSchemaPatternError) {
            guard steps.count < Self.mostSteps else {
                throw .malformed("it is too large: repetitions are counted out, to \(Self.mostSteps) steps at the most")
            }
            switch tree {
            case .nothing: break
            case .take(let set): steps.append(.take(set))
            case .assert(let assertion): steps.append(.assert(assertion))
            case .sequence(let parts):
                for part in backwards ? parts.reversed() : parts {
                    try add(part, backwards: backwards)
                }
            case .choice(let choices): try add(choices: choices[...], backwards: backwards)
            case .repeated(let part, let least, let most): try add(part, least: least, most: most, backwards: backwards)
            case .look(let inner, let ahead, let negated):
                looks.append((steps.count, inner, ahead, negated))
                steps.append(.end)
            }
        }

        private mutating func add(choices: ArraySlice<Tree>, backwards: Bool) throws(JSONSchemaPatternError) {
            var ends: [Int] = []
            for (index, choice) in zip(choices.indices, choices) {
                guard index + 1 < choices.endIndex else {
                    try add(choice, backwards: backwards)
                    break
                }
                let fork = steps.count
                steps.append(.end)
                try add(choice, backwards: backwards)
                ends.append(steps.count)
                steps.append(.end)
                steps[fork] = .split(fork + 1, steps.count)
            }
            for end in ends {
                steps[end] = .jump(steps.count)
            }
        }

        private mutating func add(_ part: Tree, least: Int, most: Int?, backwards: Bool) throws(JSONSchemaPatternError) {
            for _ in 0..<least {
                let before = steps.count
                try add(part, backwards: backwards)
                // So many times nothing is nothing.
                if steps.count == before { return }
            }
            guard let most else {
                let fork = steps.count
                steps.append(.end)
                try add(part, backwards: backwards)
                steps.append(.jump(fork))
                steps[fork] = .split(fork + 1, steps.count)
                return
            }
            var forks: [Int] = []
            for _ in least..<max(least, most) {
                forks.append(steps.count)
                steps.append(.end)
                try add(part, backwards: backwards)
            }
            for fork in forks {
                steps[fork] = .split(fork + 1, steps.count)
            }
        }

        /// Adds the patterns of all looks after the end, and those of the looks in them.
        mutating func addLooks() throws(JSONSchemaPatternError) {
            while let look = looks.popLast() {
                steps[look.step] = .look(start: steps.count, ahead: look.ahead, negated: look.negated)
                try add(look.tree, backwards: !look.ahead)
                steps.append(.end)
            }
        }
    }
}
