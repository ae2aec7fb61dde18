package import FanoutEvents

// What keys are called, in the configuration and on the screen.
extension Key {
    /// Keys that are no character: what the screen calls each, and then what else it may be called.
    private static let named: [(key: Key, names: [String])] = [
        (.character(" "), ["Space"]), (.enter, ["Enter", "Return"]), (.escape, ["Esc", "Escape"]), (.tab, ["Tab"]), (.backTab, ["S-Tab"]),
        (.backspace, ["Bksp", "Backspace"]), (.delete, ["Del", "Delete"]), (.up, ["↑", "Up"]), (.down, ["↓", "Down"]),
        (.left, ["←", "Left"]), (.right, ["→", "Right"]), (.shiftLeft, ["S-←", "S-Left"]), (.shiftRight, ["S-→", "S-Right"]),
        (.pageUp, ["PgUp", "PageUp"]), (.pageDown, ["PgDn", "PageDown"]), (.home, ["Home"]), (.end, ["End"]),
    ]

    /// The function keys that terminals tell of.
    private static let functions = 1...63

    /// Control keys that a terminal keeps for itself, or for ending and stopping programs.
    private static let kept = Set<Unicode.Scalar>(["c", "q", "s", "z", "\\"])

    /// As the screen writes it, in as few letters as an eye needs.
    package var label: CleanText {
        switch self {
        case .character(let scalar) where scalar != " ": CleanText(String(Character(scalar)))
        case .control(let scalar): "^" + CleanText(String(Character(scalar)).uppercased())
        case .function(let number): "F" + CleanText(number)
        case .pasteBegins, .pasteEnds, .mouse: ""
        default: CleanText(Self.named.first { $0.key == self }?.names[0] ?? "")
        }
    }

    /// As a configuration names it, in letters that every keyboard has.
    package var name: String {
        Self.named.first { $0.key == self }?.names.first { $0.utf8.allSatisfy { $0 < 0x80 } } ?? label.string
    }

    /// Why there is no such key.
    enum NameError: Error {
        case unknown(near: String?)
        case kept
    }

    /// The key of that name: a character, `^D` for Ctrl and a letter, `F6`, or a word, whose case does not count.
    init(name: String) throws(NameError) {
        let scalars = Array(name.unicodeScalars)
        if scalars.count == 1, scalars[0] != " ", Self.isCharacter(scalars[0]) {
            self = Self.named.first { $0.names.contains(name) }?.key ?? .character(scalars[0])
            return
        }
        if scalars.count == 2, scalars[0] == "^", let letter = name.lowercased().unicodeScalars.last {
            self = try Self.withControl(letter)
            return
        }
        let word = name.lowercased()
        if word.hasPrefix("f"), let number = Int(word.dropFirst()), Self.functions.contains(number) {
            self = .function(number)
            return
        }
        guard let key = Self.named.first(where: { $0.names.contains { $0.lowercased() == word } })?.key else {
            let all = Self.named.flatMap(\.names)
            throw .unknown(near: scalars.count < 3 ? nil : all.first { Spelling.isNear($0.lowercased(), word) })
        }
        self = key
    }

    /// Whether it can be seen by itself.
    private static func isCharacter(_ scalar: Unicode.Scalar) -> Bool {
        let text = String(Character(scalar))
        return CleanText(text).string == text && CleanText(text).columns > 0
    }

    /// Ctrl and a letter; some of them a terminal cannot tell from keys of their own.
    private static func withControl(_ letter: Unicode.Scalar) throws(NameError) -> Key {
        switch letter {
        case _ where kept.contains(letter): throw .kept
        case "h": return .backspace
        case "i": return .tab
        case "j", "m": return .enter
        case "[": return .escape
        case "a"..."z": return .control(letter)
        default: throw .unknown(near: nil)
        }
    }
}
