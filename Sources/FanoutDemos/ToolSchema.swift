internal import FanoutJSON

/// The JSON Schema of a tool's arguments, in the few forms that the scenarios need.
enum ToolSchema {
    /// An object that has all of these and nothing else.
    static func object(_ properties: [(String, JSONValue)], optional: Set<String> = []) -> JSONValue {
        [
            "type": "object",
            "properties": .object(JSONObject(properties)),
            "required": .array(properties.map(\.0).filter { !optional.contains($0) }.map { .string($0) }),
            "additionalProperties": false,
        ]
    }

    static func string(_ description: String) -> JSONValue {
        ["type": "string", "description": .string(description)]
    }

    /// A whole number from 1 that may be left out.
    static func count(_ description: String, default value: Int64) -> JSONValue {
        ["type": "integer", "description": .string(description), "minimum": 1, "default": .integer(value)]
    }
}

extension JSONValue {
    /// An argument that the schema promises to be a text.
    func text(_ key: String) -> String { self[key]?.string ?? "" }
}
