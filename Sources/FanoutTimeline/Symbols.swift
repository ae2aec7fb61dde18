/// Short texts that come again and again, such as the names of tools, each as a number.
///
/// Bounded: beyond ``limit`` different ones, new ones share one symbol that says so.
struct Symbols {
    static let limit = 1 << 16

    typealias Symbol = UInt16

    private var texts: [String] = [""]
    private var numbers: [String: Symbol] = ["": 0]

    mutating func symbol(_ text: String) -> Symbol {
        if let number = numbers[text] {
            return number
        }
        guard texts.count < Self.limit else { return symbol("…") }
        let number = Symbol(texts.count)
        texts.append(text)
        numbers[text] = number
        return number
    }

    func text(_ symbol: Symbol) -> String { texts[Int(symbol)] }

    func find(_ text: String) -> Symbol? { numbers[text] }
}
