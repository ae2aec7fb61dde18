internal import FanoutJSON

/// A tool as its server lists it.
struct MCPToolDefinition: Sendable, Hashable {
    /// As the server knows it.
    var name: String
    var description: String
    var parameters: JSONValue
    /// Arguments that HTTP repeats in headers.
    var headers: [MCPHeaderParameter]
    /// The server's word for that it changes nothing.
    var isReadOnly: Bool

    /// Why a listed tool cannot be used: a sentence's end that begins with what it is called.
    struct Fault: Error, Sendable, Hashable {
        var reason: String
    }

    init(_ listed: JSONValue) throws(Fault) {
        guard let name = listed["name"]?.string, !name.isEmpty else {
            throw Fault(reason: "lists a tool without a name, which is left out")
        }
        self.name = name
        description = listed["description"]?.string ?? listed["title"]?.string ?? listed["annotations"]?["title"]?.string ?? ""
        isReadOnly = listed["annotations"]?["readOnlyHint"]?.bool ?? false
        parameters = try Self.parameters(listed["inputSchema"], of: name)
        do throws(MCPHeaderParameter.Fault) {
            headers = try MCPHeaderParameter.all(in: parameters)
        } catch {
            throw Fault(reason: "has a tool \(name) that \(error.reason); it is left out")
        }
    }

    private static func parameters(_ schema: JSONValue?, of name: String) throws(Fault) -> JSONValue {
        guard case .object(var object)? = schema else {
            throw Fault(reason: "has a tool \(name) without an inputSchema, which is left out")
        }
        // Models' APIs insist on it.
        if object["type"] == nil {
            object["type"] = "object"
        }
        do throws(JSONSchemaError) {
            _ = try JSONSchema(.object(object))
        } catch {
            throw Fault(reason: "has a tool \(name) whose inputSchema is no JSON Schema (\(error)); it is left out")
        }
        return .object(object)
    }
}
