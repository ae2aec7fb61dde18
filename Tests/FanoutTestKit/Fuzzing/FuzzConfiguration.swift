internal import FanoutJSON
internal import FanoutView

/// Whatever a file says, there is a way out, each key asks for one thing, and what is wrong stands on a line that there is; read again, it says
/// the same.
func fuzzConfiguration(_ bytes: [UInt8]) -> String? {
    let limits = [Configuration.Limit("limit", takes: "a number") { $0.integer.map { String($0) } }]
    let (read, problems) = Configuration.reading(bytes, limits: limits)
    let lines = 1 + bytes.count { $0 == 0x0A }
    for problem in problems where !(1...lines).contains(problem.line) {
        return "\(problem) stands on none of \(lines) lines"
    }
    for mode in KeyMap.Mode.allCases {
        let map = read[keys: mode]
        if map.keys(of: .quit).isEmpty {
            return "\(mode) cannot be left"
        }
        for command in map.allCommands {
            for key in map.keys(of: command) where map.command(for: key) != command {
                return "\(key) is for \(command) and asks for something else"
            }
        }
    }
    let (again, same) = Configuration.reading(Array(read.keysText.utf8), limits: limits)
    if !same.isEmpty || again.keysText != read.keysText {
        return "its keys, printed, are read as others: \(same)"
    }
    do throws(ThemeError) {
        _ = try ThemeLibrary(folder: nil) { _ in bytes }.theme("fuzzed.json")
    } catch {
        return error.description.isEmpty ? "a theme is refused without a word" : nil
    }
    return nil
}
