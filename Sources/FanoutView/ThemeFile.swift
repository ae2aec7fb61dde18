internal import FanoutJSON

/// One theme as it stands in its file, before what it inherits is added.
struct ThemeFile: Sendable {
    var name: String
    /// Nil where it is built in.
    let path: String?
    var variant: Theme.Variant?
    var inherits: String?
    /// Colours by name, as written.
    var palette: [String: String] = [:]
    var roles: [Role: RoleLook] = [:]
    /// What stands in for a role's foreground, or for a colour of the palette, where there are 16 colours.
    var ansi16: [String: String] = [:]
    /// The lines on which colours stand, by their places, such as `failed.fg` and `palette.red`.
    var lines: [String: Int] = [:]
    var warnings: [String] = []

    struct RoleLook: Sendable {
        var foreground: String?
        var background: String?
        var attributes: Style.Attributes = []
    }

    /// - Parameters:
    ///   - fallbackName: The file's own name, for one that does not name its theme.
    ///   - path: Where the file lies; nil for one that is built in.
    init(_ json: [UInt8], fallbackName: String, path: String?) throws(ThemeError) {
        name = fallbackName
        self.path = path
        let root: PlacedJSON
        do throws(JSONError) {
            root = try PlacedJSON(parsing: json)
        } catch {
            let place = error.position(in: json)
            throw .notJSON(ThemeError.Origin(theme: fallbackName, file: path, line: place.line), reason: error.reason)
        }
        guard let fields = root.fields else {
            throw .malformed(origin(line: root.line), what: "a theme is a JSON object")
        }
        for field in fields {
            try read(field)
        }
    }

    /// A place in it.
    func origin(line: Int?) -> ThemeError.Origin { ThemeError.Origin(theme: name, file: path, line: line) }

    private mutating func read(_ field: PlacedJSON.Field) throws(ThemeError) {
        switch field.name {
        case "name":
            name = try string(field.value, for: field.name)
        case "inherits":
            inherits = try string(field.value, for: field.name)
        case "variant":
            guard let variant = Theme.Variant(rawValue: try string(field.value, for: field.name)) else {
                throw .malformed(origin(line: field.line), what: "\"variant\" is \"dark\" or \"light\"")
            }
            self.variant = variant
        case "palette":
            palette = try colors(field)
        case "ansi16":
            ansi16 = try colors(field)
        case "roles":
            try readRoles(field)
        default:
            warnings.append("theme \"\(name)\": \"\(field.name)\" means nothing here")
        }
    }

    private mutating func readRoles(_ field: PlacedJSON.Field) throws(ThemeError) {
        for field in try fields(of: field) {
            guard let role = Role(name: field.name) else {
                warnings.append("theme \"\(name)\": there is no role \"\(field.name)\"")
                continue
            }
            roles[role] = try roleLook(field)
        }
    }

    private mutating func roleLook(_ field: PlacedJSON.Field) throws(ThemeError) -> RoleLook {
        var look = RoleLook()
        let roleName = field.name
        for field in try fields(of: field) {
            switch field.name {
            case "fg": look.foreground = try color(field, place: "\(roleName).fg")
            case "bg": look.background = try color(field, place: "\(roleName).bg")
            default:
                guard let attribute = Self.attributes[field.name], let isSet = field.value.value.bool else {
                    warnings.append("theme \"\(name)\": role \"\(roleName)\": \"\(field.name)\" means nothing here")
                    continue
                }
                if isSet {
                    look.attributes.insert(attribute)
                }
            }
        }
        return look
    }

    private static let attributes: [String: Style.Attributes] = [
        "bold": .bold, "dim": .dim, "italic": .italic, "underline": .underline, "reverse": .reverse,
    ]

    private mutating func colors(_ field: PlacedJSON.Field) throws(ThemeError) -> [String: String] {
        var colors: [String: String] = [:]
        for entry in try fields(of: field) {
            colors[entry.name] = try color(entry, place: "\(field.name).\(entry.name)")
        }
        return colors
    }

    private mutating func color(_ field: PlacedJSON.Field, place: String) throws(ThemeError) -> String {
        lines[place] = field.line
        if let number = field.value.value.integer {
            return String(number)
        }
        return try string(field.value, for: place)
    }

    private func string(_ json: PlacedJSON, for key: String) throws(ThemeError) -> String {
        guard let string = json.value.string else { throw .malformed(origin(line: json.line), what: "\"\(key)\" is a string") }
        return string
    }

    private func fields(of field: PlacedJSON.Field) throws(ThemeError) -> [PlacedJSON.Field] {
        guard let fields = field.value.fields else {
            throw .malformed(origin(line: field.line), what: "\"\(field.name)\" is an object")
        }
        return fields
    }
}
