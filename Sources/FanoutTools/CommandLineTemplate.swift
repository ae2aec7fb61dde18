internal import FanoutEngine
internal import FanoutEvents
internal import FanoutJSON

/// A program and its arguments, with places for those of a call.
///
/// Each element becomes one argument of the program, whatever it holds: nothing is split and no shell looks at it. An element that needs an
/// argument that is missing is left out, and with it the group in which it stands; a list that is an element by itself becomes several.
package struct CommandLineTemplate: Sendable {
    /// Elements that are there together or not at all.
    typealias Group = [Template]

    let groups: [Group]
    /// Whether what a call gives may begin with a hyphen, and so be an option of the program.
    let allowsOptions: Bool

    init(groups: [Group], allowsOptions: Bool) {
        self.groups = groups
        self.allowsOptions = allowsOptions
    }

    package init(_ command: [String]) {
        groups = command.map { [Template(literal: $0)] }
        allowsOptions = false
    }

    /// - Throws: ``ToolFailure`` where an argument would be taken for what it is not.
    func filled(_ arguments: JSONValue) throws(ToolFailure) -> [String] {
        var words: [String] = []
        // After `--` programs take nothing for an option.
        var isAfterOptions = allowsOptions
        for group in groups {
            var own: [String] = []
            for template in group {
                guard let texts = Self.texts(template, arguments) else {
                    own = []
                    break
                }
                if template.hasArguments {
                    for text in texts {
                        try check(text, of: template, isAfterOptions: isAfterOptions)
                    }
                } else if texts == ["--"] {
                    isAfterOptions = true
                }
                own += texts
            }
            words += own
        }
        return words
    }

    private static func texts(_ template: Template, _ arguments: JSONValue) -> [String]? {
        if let path = template.onlyArgument, let list = arguments.value(at: path)?.array {
            return list.filter { !$0.isNull }.map(\.templateText)
        }
        return template.filled(arguments).map { [$0] }
    }

    private func check(_ text: String, of template: Template, isAfterOptions: Bool) throws(ToolFailure) {
        guard !text.utf8.contains(0) else {
            throw CallError.unfit("an argument of a program cannot hold the character NUL")
        }
        guard !isAfterOptions, text.hasPrefix("-"), case .argument(let path)? = template.parts.first else { return }
        throw CallError.unfit(
            "\(path.joined(separator: ".")) begins with a hyphen, and \(program) would take it for an option; "
                + "leave the hyphen out (for a file, write ./ before it)")
    }

    private var program: String {
        guard case .text(let name)? = groups.first?.first?.parts.first else { return "the program" }
        return name
    }
}
