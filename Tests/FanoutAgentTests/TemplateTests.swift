import FanoutJSON
import FanoutTools
import Testing

@Suite struct TemplateTests {
    static let names = Template.Names(arguments: ["a", "b.c", "d"]) { $0 == "HOME" ? "/home" : nil }
    static let arguments: JSONValue = ["a": "x y", "b.c": 5, "d": ["e": [1, true]]]

    static let texts: [(String, [Template.Part], String?)] = [
        ("", [], ""),
        ("plain", [.text("plain")], "plain"),
        ("${a}", [.argument(["a"])], "x y"),
        ("<${a}>", [.text("<"), .argument(["a"]), .text(">")], "<x y>"),
        ("${a}${b.c}", [.argument(["a"]), .argument(["b.c"])], "x y5"),
        ("${d.e}", [.argument(["d", "e"])], "[1,true]"),
        ("${d}", [.argument(["d"])], #"{"e":[1,true]}"#),
        ("${d.x}", [.argument(["d", "x"])], nil),
        ("${env:HOME}/x", [.environment(name: "HOME", value: "/home"), .text("/x")], "/home/x"),
        ("$${a} $$ $5 $", [.text("${a} $$ $5 $")], "${a} $$ $5 $"),
        ("$$${a}", [.text("$${a}")], "$${a}"),
        ("é${a}é", [.text("é"), .argument(["a"]), .text("é")], "éx yé"),
        // The sign and a mark are one character to a reader, and two to a template.
        ("}{${a}}", [.text("}{"), .argument(["a"]), .text("}")], "}{x y}"),
    ]

    @Test("a text is its plain parts and its places, and is filled in once", arguments: texts)
    func parts(_ text: String, _ parts: [Template.Part], _ filled: String?) throws {
        let template = try Template(text, names: Self.names)
        #expect(template.parts == parts)
        #expect(template.filled(Self.arguments) == filled)
    }

    @Test(
        "what is wrong is told",
        arguments: [
            ("${", "a ${ is not closed"), ("x ${a", "a ${ is not closed"), ("${}", "${} is not an argument"),
            ("${c}", "it names a, b.c, d"),
            ("${a.}", "${a.} is not an argument"), ("${env:NONE}", "the environment variable NONE is not set"),
        ])
    func faults(_ text: String, _ words: String) {
        let fault = #expect(throws: Template.Fault.self) { try Template(text, names: Self.names) }
        #expect(fault?.message.contains(words) == true, "\(fault?.message ?? "")")
    }

    @Test("every beginning of a text is read or refused, whole as it is")
    func everyPrefix() throws {
        let text = Array("a$${b}${a}$ ${env:HOME}é$$${d.e}".unicodeScalars)
        for count in 0...text.count {
            var beginning = String.UnicodeScalarView()
            beginning.append(contentsOf: text[..<count])
            let opened = String(beginning).replacing("$${", with: "").split(separator: "${", omittingEmptySubsequences: false)
            let isOpen = opened.count > 1 && opened.last?.contains("}") == false
            let template = try? Template(String(beginning), names: Self.names)
            #expect((template == nil) == isOpen, "\(String(beginning))")
        }
    }

    @Test("what is put in is never read again")
    func once() throws {
        let template = try Template("${a}", names: Self.names)
        #expect(template.filled(["a": "${env:HOME} $${ ${a}"]) == "${env:HOME} $${ ${a}")
    }

    @Test("null is missing")
    func null() throws {
        #expect(try Template("x${a}", names: Self.names).filled(["a": nil]) == nil)
    }
}
