package import FanoutEvents

/// A line that is written at the bottom of the screen: a prompt, and what else takes words.
package struct LineField: Sendable, Hashable {
    /// What a key came to.
    package enum Answer: Sendable, Hashable {
        case goesOn
        case send(String)
        case leave
    }

    /// What stands before the cursor, and after it.
    package private(set) var before = ""
    package private(set) var after = ""
    /// Whether keys are pasted, and not typed.
    package private(set) var isPasting = false

    /// Bytes that can be written in one line.
    private static let longest = 100_000

    /// - Parameters:
    ///   - text: What stands there to begin with, before the cursor.
    ///   - after: What stands behind it.
    package init(_ text: String = "", after: String = "") { (before, self.after) = (text, after) }

    package var text: String { before + after }

    package mutating func handle(_ key: Key) -> Answer {
        switch key {
        case .pasteBegins: isPasting = true
        case .pasteEnds: isPasting = false
        case .enter where isPasting, .tab where isPasting: insert(" ")
        case .enter: return text.contains { !$0.isWhitespace } ? .send(text) : .leave
        case .escape: return .leave
        case .character(let scalar): insert(scalar)
        case .left, .control("b"):
            if let last = before.popLast() { after.insert(last, at: after.startIndex) }
        case .right, .control("f"):
            if !after.isEmpty { before.append(after.removeFirst()) }
        case .home, .control("a"): (before, after) = ("", text)
        case .end, .control("e"): (before, after) = (text, "")
        case .backspace: _ = before.popLast()
        case .delete, .control("d"): after = String(after.dropFirst())
        case .control("u"): before = ""
        case .control("k"): after = ""
        case .control("w"): removeWord()
        case .control, .tab, .backTab, .up, .down, .shiftLeft, .shiftRight, .pageUp, .pageDown, .function, .mouse: break
        }
        return .goesOn
    }

    /// Puts a scalar at the cursor: a mark joins the character before it.
    private mutating func insert(_ scalar: Unicode.Scalar) {
        guard scalar.properties.generalCategory != .control, before.utf8.count + after.utf8.count < Self.longest else { return }
        before.unicodeScalars.append(scalar)
    }

    private mutating func removeWord() {
        while before.last == " " { before.removeLast() }
        while let last = before.last, last != " " { before.removeLast() }
    }

    /// The part that fits so many columns with the cursor in it, and the cursor's column; a column is kept for the cursor at the end.
    package func visible(columns: Int) -> (text: CleanText, cursor: Int) {
        // Marks and characters without a width of their own stay with what they belong to.
        var shown = CleanText.empty
        var used = 0
        for character in before.reversed() {
            let clean = CleanText(String(character))
            guard used + clean.columns < columns else { break }
            shown = clean + shown
            used += clean.columns
        }
        let cursor = used
        for character in after {
            let clean = CleanText(String(character))
            guard used + clean.columns <= columns else { break }
            shown += clean
            used += clean.columns
        }
        return (shown, cursor)
    }
}
