extension JSONSchema {
    /// The JSON Schema of a type, found by decoding samples of it and looking at what it asks for.
    ///
    /// - Fields are properties, in the order in which they are asked for. A field is required, unless it is optional or is decoded with
    ///   `decodeIfPresent`; those take null too. Other properties are not allowed.
    /// - Structs, arrays, dictionaries with keys of text, numbers, booleans and text nest; whole numbers shorter than 64 bits have their limits.
    /// - An enum with raw values is an `enum`, if it is `CaseIterable`.
    /// - A type that contains itself is a `$ref`.
    /// - ``JSONValue`` takes anything.
    /// - Foundation's `Date`, `Data`, `URL` and `Decimal` are refused, with what to take in their place: their JSON forms are private ones.
    ///
    /// A type that decodes one thing or another by what it finds is described as the first of them. What ``SchemaDescribed`` says goes before what
    /// is found.
    ///
    /// - Throws: ``UndescribableType`` where a type accepts none of the samples, with the place.
    public static func describing<Value: Decodable>(_ type: Value.Type) throws(UndescribableType) -> JSONValue {
        do {
            return try SchemaProbe().schema(of: type)
        } catch let error as UndescribableType {
            throw error
        } catch {
            throw UndescribableType(path: "", type: "\(type)", reason: "\(error)")
        }
    }
}

/// Why the schema of a type cannot be found.
public struct UndescribableType: Error, Sendable, Hashable, CustomStringConvertible {
    /// The fields that lead to it, as in `items[0].name`; empty for the type as a whole.
    public var path: String
    public var type: String
    /// A sentence, with the remedy.
    public var reason: String

    public var description: String { path.isEmpty ? "\(type): \(reason)" : "\(path), of type \(type): \(reason)" }
}
