internal import CNcurses
package import FanoutEvents
package import FanoutView

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

extension Terminal {
    /// The keys that were pressed since it was last asked, without waiting. A key that is not known is left out.
    package func keys() -> [Key] {
        var keys: [Key] = []
        var value: UInt32 = 0
        var mouse = cncurses_mouse()
        while true {
            let kind = cncurses_next_key(&value, &mouse)
            if kind == CNCURSES_NO_KEY {
                return keys
            }
            if kind == CNCURSES_MOUSE {
                keys.append(.mouse(Key.Mouse(mouse)))
            } else if let key = Key(kind, value: value) {
                keys.append(key)
            }
        }
    }

    /// Has the terminal tell of the mouse, until it is given back; marking text then needs Shift on most.
    package func useMouse(_ use: Bool) {
        cncurses_use_mouse(use)
    }

    /// Puts text on the user's clipboard, where the terminal lets programs do that (xterm's OSC 52).
    package func copy(_ text: String) {
        let sequence = "\u{1B}]52;c;\(Base64.text(of: text.utf8))\u{07}"
        cncurses_send(sequence)
        if Self.isInTmux {
            // tmux takes it up itself with `set-clipboard on`, and with `allow-passthrough on` hands it on in a string of its own, each escape twice.
            // Which of them is set cannot be asked; both set the same.
            cncurses_send("\u{1B}Ptmux;\u{1B}\(sequence)\u{1B}\\")
        }
    }

    /// Whether tmux stands between the program and the terminal.
    package static let isInTmux = getenv("TMUX").map { $0.pointee != 0 } ?? false
}

// What reaches somebody who does not look at it.
extension Terminal {
    /// Rings the terminal's bell, which may be a sound, a flash, or a mark on its tab.
    package func ring() {
        cncurses_send("\u{07}")
    }

    /// Has the terminal notify, where it can (OSC 9, after iTerm2); others take it for nothing.
    package func notify(_ text: CleanText) {
        cncurses_send("\u{1B}]9;\(text.string)\u{07}")
    }
}

extension Key.Mouse {
    fileprivate init(_ mouse: cncurses_mouse) {
        let kind: Kind =
            switch mouse.kind {
            case CNCURSES_DRAG: .drag
            case CNCURSES_RELEASE: .release
            case CNCURSES_WHEEL_UP: .wheelUp
            case CNCURSES_WHEEL_DOWN: .wheelDown
            default: .press
            }
        self.init(kind, column: Int(mouse.column), row: Int(mouse.row))
    }
}

extension Key {
    fileprivate init?(_ kind: cncurses_key, value: UInt32) {
        switch kind {
        case CNCURSES_CHARACTER: self.init(typed: value)
        case CNCURSES_FUNCTION: self = .function(Int(value))
        case CNCURSES_UP: self = .up
        case CNCURSES_DOWN: self = .down
        case CNCURSES_LEFT: self = .left
        case CNCURSES_RIGHT: self = .right
        case CNCURSES_SHIFT_LEFT: self = .shiftLeft
        case CNCURSES_SHIFT_RIGHT: self = .shiftRight
        case CNCURSES_HOME: self = .home
        case CNCURSES_END: self = .end
        case CNCURSES_PAGE_UP: self = .pageUp
        case CNCURSES_PAGE_DOWN: self = .pageDown
        case CNCURSES_BACKSPACE: self = .backspace
        case CNCURSES_ENTER: self = .enter
        case CNCURSES_BACK_TAB: self = .backTab
        case CNCURSES_DELETE: self = .delete
        case CNCURSES_PASTE_BEGINS: self = .pasteBegins
        case CNCURSES_PASTE_ENDS: self = .pasteEnds
        default: return nil
        }
    }

    /// A key that came as a character: some keys have no more than a control character.
    private init?(typed value: UInt32) {
        switch value {
        case 0x08, 0x7F: self = .backspace
        case 0x09: self = .tab
        case 0x0A, 0x0D: self = .enter
        case 0x1B: self = .escape
        case 0x01...0x1A:
            guard let letter = Unicode.Scalar(value + 0x60) else { return nil }
            self = .control(letter)
        case 0x20...:
            guard let scalar = Unicode.Scalar(value) else { return nil }
            self = .character(scalar)
        default: return nil
        }
    }
}

/// RFC 4648, section 4.
enum Base64 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    static func text(of bytes: some Sequence<UInt8>) -> String {
        var text: [UInt8] = []
        var group: [UInt8] = []
        func encode() {
            let bits = (0..<3).reduce(UInt32(0)) { $0 << 8 | UInt32($1 < group.count ? group[$1] : 0) }
            for place in 0..<4 {
                let digit = Int(bits >> UInt32(18 - 6 * place) & 63)
                text.append(place <= group.count ? alphabet[digit] : UInt8(ascii: "="))
            }
            group.removeAll(keepingCapacity: true)
        }
        for byte in bytes {
            group.append(byte)
            if group.count == 3 {
                encode()
            }
        }
        if !group.isEmpty {
            encode()
        }
        return String(decoding: text, as: UTF8.self)
    }
}
