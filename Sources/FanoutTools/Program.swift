/// A program to be run, and what it is given.
package struct Program: Sendable {
    /// The program, found along PATH where its name has no slash, and its arguments.
    package var arguments: [String]
    /// Put over the environment of this process; nil takes a variable out of it.
    package var environment: [String: String?]
    /// Nil for the directory of this process.
    package var directory: String?
    /// All that it can read from its standard input.
    package var input: [UInt8]

    package init(arguments: [String], environment: [String: String?] = [:], directory: String? = nil, input: [UInt8] = []) {
        self.arguments = arguments
        self.environment = environment
        self.directory = directory
        self.input = input
    }

    /// Variables that hold the keys of model APIs: no program has them unless it is given them.
    static let withheld: Set<String> = ["OPENAI_API_KEY", "ANTHROPIC_API_KEY"]

    /// Where a program writes.
    package enum Stream: Sendable, Hashable {
        case output, error
    }

    /// Why a program could not be started: a sentence.
    package struct LaunchError: Error, Sendable, Hashable {
        package var message: String
    }

    /// How a program ended.
    package enum Ending: Sendable, Hashable {
        case exited(Int32)
        case signalled(Int32)
    }

    /// What a program wrote and how it ended.
    package struct Outcome: Sendable {
        package var ending: Ending
        package var output: CapturedOutput
        package var errorOutput: CapturedOutput
    }
}

/// The beginning and the end of what a program wrote to one of its outputs; what lies between is counted.
package struct CapturedOutput: Sendable, Hashable {
    /// Bytes of the beginning that are kept.
    package let limit: Int
    /// Bytes of the end that are kept.
    package static let tailLimit = 4096

    package private(set) var head: [UInt8] = []
    package private(set) var tail: [UInt8] = []
    /// Everything, kept or not.
    package private(set) var count = 0

    package init(limit: Int) {
        self.limit = limit
    }

    package var isWhole: Bool { count == head.count }

    package mutating func append(_ bytes: ArraySlice<UInt8>) {
        count += bytes.count
        head.append(contentsOf: bytes.prefix(limit - head.count))
        tail.append(contentsOf: bytes.suffix(Self.tailLimit))
        if tail.count > 2 * Self.tailLimit {
            tail.removeFirst(tail.count - Self.tailLimit)
        }
    }
}
