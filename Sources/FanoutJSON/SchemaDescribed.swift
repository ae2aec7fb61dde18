/// What a type says of its JSON form beyond what can be seen by decoding it: for a model that is to write it.
public protocol SchemaDescribed {
    /// A sentence for each field that needs one, by its name in JSON.
    static var fieldDescriptions: [String: String] { get }
    /// The type's JSON Schema, where it cannot be found by decoding samples.
    ///
    /// Where the type is a field of another, the first of the schema's `examples` stands for a value of it.
    static var schema: JSONValue? { get }
}

extension SchemaDescribed {
    public static var fieldDescriptions: [String: String] { [:] }
    public static var schema: JSONValue? { nil }
}
