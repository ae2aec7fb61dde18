internal import FanoutEvents
internal import FanoutView

extension ProgramCommand {
    /// Lists the themes, or checks one.
    static let themes = ProgramCommand(name: "themes", operands: "[NAME|FILE]", summary: "lists the themes, or checks one", options: []) {
        options in
        let library = ThemeLibrary(folder: Looks.folder) { path throws(ThemeError) in try Looks.read(path) }
        guard let chosen = options.operands.first else {
            for name in library.builtInNames {
                let theme = try library.theme(name)
                Console.print(name + String(repeating: " ", count: max(1, 18 - name.count)) + theme.variant.rawValue + "\n")
            }
            return 0
        }
        let theme = try Looks.theme(chosen, in: library)
        theme.warnings.forEach { Console.complain($0) }
        Console.print("\(CleanText(theme.name).string): \(theme.variant.rawValue), \(theme.warnings.isEmpty ? "in order" : "usable")\n")
        return 0
    }
}
