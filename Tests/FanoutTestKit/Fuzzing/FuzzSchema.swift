internal import FanoutJSON

/// Any schema beside any value: it ends, and what fits does not fit the contrary.
func fuzzSchema(_ bytes: [UInt8]) -> String? {
    let parts = bytes.split(separator: UInt8(ascii: "\n"), maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2 else { return nil }
    do {
        let value = try JSONValue(parsing: parts[1])
        var text = try JSONValue(parsing: parts[0])
        // References lead to what they lead to within other schemas as well.
        if case .object(var object) = text, object["$id"]?.string == nil {
            object["$id"] = "urn:schema"
            text = .object(object)
        }
        let schema = try JSONSchema(text)
        let violations = schema.violations(of: value)
        if violations.count > 5 || violations.contains(where: { $0.description.isEmpty }) {
            return "it finds too much, or nothing to say: \(violations)"
        }
        // Of what takes too long to look at nothing is said, neither of it nor of its contrary.
        if violations.first?.expected.hasPrefix("a value that can be checked") == true {
            return nil
        }
        let filled = schema.fillingDefaults(in: value)
        _ = schema.violations(of: filled)
        let fits = violations.isEmpty
        if try JSONSchema(["allOf": [text]]).violations(of: value).isEmpty != fits {
            return "all of one says otherwise than the one"
        }
        if try JSONSchema(["oneOf": [text]]).violations(of: value).isEmpty != fits {
            return "one of one says otherwise than the one"
        }
        if try JSONSchema(["not": text]).violations(of: value).isEmpty == fits {
            return "it fits neither the schema nor its contrary, or both"
        }
        return nil
    } catch let error as JSONSchemaError {
        return error.description.isEmpty ? "the fault has no words" : nil
    } catch {
        return nil
    }
}
