import FanoutEvents

/// As much of an xterm as curses uses on one: what its screen shows after the bytes that it was sent.
struct ScreenModel {
    private(set) var width: Int
    private(set) var height: Int
    private(set) var isAlternate = false
    private(set) var isCursorVisible = true
    /// Whether an update has begun that has not ended.
    private(set) var isUpdating = false
    /// Updates that ended.
    private(set) var updates = 0
    /// Sequences that are not modelled: a test's picture cannot be trusted where there are any.
    private(set) var unknown: [String] = []
    /// What programs put on the clipboard, as sent.
    private(set) var clipboard: [String] = []
    /// What programs had tmux hand on.
    private(set) var handedOn: [String] = []
    /// The modes in which it tells of the mouse.
    private(set) var mouseModes: Set<String> = []
    /// How often it rang, and what it was to notify of.
    private(set) var bells = 0
    private(set) var notices: [String] = []

    private var cells: [[String]]
    private var saved: [[String]] = []
    private var savedCursor = (x: 0, y: 0)
    private var cursor = (x: 0, y: 0)
    private var region: ClosedRange<Int>
    private var last = " "
    private var pending: [UInt8] = []

    init(width: Int, height: Int) {
        self.width = width
        self.height = height
        cells = Self.blank(width, height)
        region = 0...height - 1
    }

    private static func blank(_ width: Int, _ height: Int) -> [[String]] {
        Array(repeating: Array(repeating: " ", count: width), count: height)
    }

    /// Rows without the blanks at their ends.
    var lines: [String] {
        cells.map { row in
            var text = row.joined()
            while text.last == " " { text.removeLast() }
            return text
        }
    }

    mutating func resize(width: Int, height: Int) {
        func fitted(_ rows: [[String]]) -> [[String]] {
            var grid = Self.blank(width, height)
            for (y, row) in rows.enumerated() where y < height {
                for (x, cell) in row.enumerated() where x < width { grid[y][x] = cell }
            }
            return grid
        }
        (self.width, self.height) = (width, height)
        cells = fitted(cells)
        saved = saved.isEmpty ? [] : fitted(saved)
        region = 0...height - 1
        cursor = (min(cursor.x, width - 1), min(cursor.y, height - 1))
    }

    mutating func write(_ bytes: some Sequence<UInt8>) {
        pending += bytes
        var rest = pending[...]
        while let used = step(rest) {
            rest = rest.dropFirst(used)
        }
        pending = Array(rest)
    }

    /// Does what the first character or sequence says and returns its length; nil where more must come.
    private mutating func step(_ bytes: ArraySlice<UInt8>) -> Int? {
        guard let first = bytes.first else { return nil }
        switch first {
        case 0x1B:
            return escape(bytes)
        case 0x08:
            cursor.x = max(0, min(cursor.x, width) - 1)
        case 0x09:
            cursor.x = min(width - 1, (cursor.x / 8 + 1) * 8)
        case 0x0A:
            lineFeed()
        case 0x0D:
            cursor.x = 0
        case 0x07:
            bells += 1
        case 0x00..<0x20:
            break
        default:
            let length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
            guard bytes.count >= length else { return nil }
            put(String(decoding: bytes.prefix(length), as: UTF8.self))
            return length
        }
        return 1
    }

    private mutating func put(_ text: String) {
        guard let columns = text.unicodeScalars.first?.columns else { return }
        if columns == 0 {
            let x = min(cursor.x, width) - 1
            cells[cursor.y][cells[cursor.y][x].isEmpty ? x - 1 : x] += text
            return
        }
        if cursor.x + columns > width {
            cursor.x = 0
            lineFeed()
        }
        cells[cursor.y][cursor.x] = text
        if columns == 2 { cells[cursor.y][cursor.x + 1] = "" }
        cursor.x += columns
        last = text
    }

    private mutating func lineFeed() {
        if cursor.y == region.upperBound {
            scroll(1)
        } else {
            cursor.y = min(height - 1, cursor.y + 1)
        }
    }

    private mutating func scroll(_ count: Int, from top: Int? = nil) {
        let top = top ?? region.lowerBound
        for _ in 0..<abs(count) {
            if count > 0 {
                cells.remove(at: top)
                cells.insert(Array(repeating: " ", count: width), at: region.upperBound)
            } else {
                cells.remove(at: region.upperBound)
                cells.insert(Array(repeating: " ", count: width), at: top)
            }
        }
    }

    // MARK: Sequences

    private mutating func escape(_ bytes: ArraySlice<UInt8>) -> Int? {
        let bytes = Array(bytes.prefix(4096))
        guard bytes.count >= 2 else { return nil }
        switch bytes[1] {
        case UInt8(ascii: "["):
            guard let end = bytes.dropFirst(2).firstIndex(where: { (0x40...0x7E).contains($0) }) else { return nil }
            control(String(decoding: bytes[2..<end], as: UTF8.self), Character(Unicode.Scalar(bytes[end])))
            return end + 1
        case UInt8(ascii: "]"):
            guard let end = bytes.firstIndex(of: 7) else { return nil }
            let text = String(decoding: bytes[2..<end], as: UTF8.self)
            if text.hasPrefix("52;c;") {
                clipboard.append(String(text.dropFirst(5)))
            } else if text.hasPrefix("9;") {
                notices.append(String(text.dropFirst(2)))
            } else {
                unknown.append("OSC \(text)")
            }
            return end + 1
        case UInt8(ascii: "P"):
            // A string that ends with an escape and a backslash; within it each escape stands twice.
            var place = 2
            while place + 1 < bytes.count, bytes[place] != 0x1B || bytes[place + 1] == 0x1B { place += bytes[place] == 0x1B ? 2 : 1 }
            guard place + 1 < bytes.count else { return nil }
            handedOn.append(String(decoding: bytes[2..<place], as: UTF8.self))
            return place + 2
        case UInt8(ascii: "("), UInt8(ascii: ")"):
            return bytes.count >= 3 ? 3 : nil
        case UInt8(ascii: "M"):
            if cursor.y == region.lowerBound { scroll(-1) } else { cursor.y = max(0, cursor.y - 1) }
        case UInt8(ascii: "7"), UInt8(ascii: "8"), UInt8(ascii: "="), UInt8(ascii: ">"):
            break
        default:
            unknown.append("ESC \(Character(Unicode.Scalar(bytes[1])))")
        }
        return 2
    }

    private mutating func control(_ parameters: String, _ final: Character) {
        let numbers = parameters.split(separator: ";", omittingEmptySubsequences: false).map { Int($0) }
        func number(_ place: Int, or fallback: Int) -> Int { numbers.indices.contains(place) ? numbers[place] ?? fallback : fallback }
        let width = width
        let count = max(1, number(0, or: 1))
        let x = min(cursor.x, width - 1)
        switch final {
        case "H", "f": cursor = (min(width, number(1, or: 1)) - 1, min(height, number(0, or: 1)) - 1)
        case "G": cursor.x = min(width, count) - 1
        case "d": cursor.y = min(height, count) - 1
        case "A": cursor.y = max(0, cursor.y - count)
        case "B": cursor.y = min(height - 1, cursor.y + count)
        case "C": cursor.x = min(width - 1, x + count)
        case "D": cursor.x = max(0, x - count)
        case "J": eraseScreen(number(0, or: 0))
        case "K": erase(row: cursor.y, number(0, or: 0) == 0 ? x..<width : number(0, or: 0) == 1 ? 0..<x + 1 : 0..<width)
        case "X": erase(row: cursor.y, x..<min(width, x + count))
        case "b": for _ in 0..<count { put(last) }
        case "P": editRow { $0.removeSubrange(x..<min(width, x + count)) }
        case "@": editRow { $0.insert(contentsOf: repeatElement(" ", count: count), at: x) }
        case "L": scroll(-count, from: cursor.y)
        case "M": scroll(count, from: cursor.y)
        case "S": scroll(count)
        case "T": scroll(-count)
        case "r": region = number(0, or: 1) - 1...min(height, number(1, or: height)) - 1
        case "h", "l": setMode(parameters, final == "h")
        case "m", "t": break
        default: unknown.append("CSI \(parameters)\(final)")
        }
    }

    private mutating func editRow(_ edit: (inout [String]) -> Void) {
        var row = cells[cursor.y]
        edit(&row)
        cells[cursor.y] = Array((row + Array(repeating: " ", count: width)).prefix(width))
    }

    private mutating func eraseScreen(_ kind: Int) {
        let x = min(cursor.x, width - 1)
        for y in 0..<height {
            if kind == 2 || (kind == 0 && y > cursor.y) || (kind == 1 && y < cursor.y) { erase(row: y, 0..<width) }
        }
        if kind != 2 { erase(row: cursor.y, kind == 0 ? x..<width : 0..<x + 1) }
    }

    private mutating func erase(row: Int, _ columns: Range<Int>) {
        for x in columns { cells[row][x] = " " }
    }

    private mutating func setMode(_ mode: String, _ isOn: Bool) {
        switch mode {
        case "?1049" where isOn != isAlternate:
            isAlternate = isOn
            if isOn {
                (saved, savedCursor) = (cells, cursor)
                cells = Self.blank(width, height)
            } else {
                (cells, cursor) = (saved, savedCursor)
            }
        case "?25": isCursorVisible = isOn
        case "?2026":
            updates += isUpdating && !isOn ? 1 : 0
            isUpdating = isOn
        case "?1000", "?1002", "?1006":
            if isOn { mouseModes.insert(mode) } else { mouseModes.remove(mode) }
        case "?1049", "?1", "?12", "?2004", "?12;25", "?7", "4", "?1034", "?12;25h": if mode == "?12;25" { isCursorVisible = isOn }
        default: unknown.append("mode \(mode)")
        }
    }
}
