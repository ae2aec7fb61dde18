internal import FanoutJSON

/// A JSON value whose strings are templates.
///
/// A string that is only `${name}` takes the argument with its type. What needs an argument that is missing falls away with it, field or item;
/// a null that is given stays one.
indirect enum JSONTemplate: Sendable {
    case literal(JSONValue)
    case text(Template)
    case array([JSONTemplate])
    case object([(String, JSONTemplate)])

    /// What is wrong in it, and where.
    struct Fault: Error {
        var path: [JSONPlace.Step]
        var message: String
    }

    init(_ value: JSONValue, names: Template.Names) throws(Fault) {
        try self.init(value, names: names, path: [])
    }

    private init(_ value: JSONValue, names: Template.Names, path: [JSONPlace.Step]) throws(Fault) {
        switch value {
        case .null, .bool, .integer, .number:
            self = .literal(value)
        case .string(let text):
            do throws(Template.Fault) {
                self = .text(try Template(text, names: names))
            } catch {
                throw Fault(path: path, message: error.message)
            }
        case .array(let array):
            var items: [JSONTemplate] = []
            for (index, item) in array.enumerated() {
                items.append(try JSONTemplate(item, names: names, path: path + [.item(index)]))
            }
            self = .array(items)
        case .object(let object):
            var fields: [(String, JSONTemplate)] = []
            for (name, field) in object.fields {
                fields.append((name, try JSONTemplate(field, names: names, path: path + [.key(name)])))
            }
            self = .object(fields)
        }
    }

    /// Nil where all of it needs an argument that is missing.
    func filled(_ arguments: JSONValue) -> JSONValue? {
        switch self {
        case .literal(let value): value
        case .text(let template):
            template.onlyArgument.map { arguments.value(at: $0) } ?? template.filled(arguments).map(JSONValue.string)
        case .array(let items): .array(items.compactMap { $0.filled(arguments) })
        case .object(let fields):
            .object(JSONObject(fields.compactMap { name, field in field.filled(arguments).map { (name, $0) } }))
        }
    }

    var secrets: [String] {
        switch self {
        case .literal: []
        case .text(let template): template.secrets
        case .array(let items): items.flatMap(\.secrets)
        case .object(let fields): fields.flatMap(\.1.secrets)
        }
    }
}
