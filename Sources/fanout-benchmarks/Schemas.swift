internal import FanoutJSON

/// What checking the arguments of a call costs.
enum SchemaBenchmarks {
    private static let plain: JSONValue = [
        "type": "object",
        "properties": [
            "city": ["type": "string", "minLength": 1], "days": ["type": "integer", "minimum": 1, "maximum": 14],
            "unit": ["enum": ["c", "f"]],
        ],
        "required": ["city"], "additionalProperties": false,
    ]

    /// The same, put together as generators of schemas do.
    private static let combined: JSONValue = [
        "$ref": "#/$defs/Query",
        "$defs": [
            "Unit": ["type": "string", "pattern": "^[cf]$"],
            "Query": [
                "type": "object",
                "properties": [
                    "city": ["type": "string", "minLength": 1], "days": ["anyOf": [["type": "integer"], ["type": "null"]]],
                    "unit": ["$ref": "#/$defs/Unit"],
                ],
                "required": ["city"], "unevaluatedProperties": false,
            ],
        ],
    ]

    /// n times a small object, against a plain schema and one with references, shapes and a pattern.
    static func schema(_ n: Int) async throws -> [Figures] {
        let value: JSONValue = ["city": "Tokyo", "days": 3, "unit": "c"]
        var figures = Figures()
        for (name, schema) in [("plain_us", plain), ("combined_us", combined)] {
            let compiled = try JSONSchema(schema)
            let watch = Stopwatch()
            for _ in 0..<n {
                guard compiled.violations(of: compiled.fillingDefaults(in: value)).isEmpty else {
                    throw ExecutorBenchmarks.Wrong(what: "what fits was refused")
                }
            }
            figures.add(name, watch.cpuMicroseconds / Double(n))
        }
        return [figures]
    }
}
