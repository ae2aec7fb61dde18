/// Short texts that come again and again, such as the names of tools, each as a number.
///
/// Bounded: beyond ``limit`` different ones, new ones share one symbol that says so.
struct Symbols {
    static let limit = 1 << 16

    private var texts: [String] = [""]
    private var numbers: [String: UInt32] = ["": 0]

    mutating func symbol(_ text: String) -> UInt32 {
        if let number = numbers[text] {
            return number
        }
        guard texts.count < Self.limit else { return symbol("…") }
        let number = UInt32(texts.count)
        texts.append(text)
        numbers[text] = number
        return number
    }

    func text(_ symbol: UInt32) -> String { texts[Int(symbol)] }

    func find(_ text: String) -> UInt32? { numbers[text] }
}
