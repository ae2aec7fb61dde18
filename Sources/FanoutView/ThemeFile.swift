internal import FanoutJSON

/// One theme as it stands in its file, before what it inherits is added.
struct ThemeFile: Sendable {
    var name: String
    var variant: Theme.Variant?
    var inherits: String?
    /// Colours by name, as written.
    var palette: [String: String] = [:]
    var roles: [Role: RoleLook] = [:]
    /// What stands in for a role's foreground, or for a colour of the palette, where there are 16 colours.
    var ansi16: [String: String] = [:]
    var warnings: [String] = []

    struct RoleLook: Sendable {
        var foreground: String?
        var background: String?
        var attributes: Style.Attributes = []
    }

    /// - Parameter fallbackName: The file's own name, for one that does not name its theme.
    init(_ json: [UInt8], fallbackName: String) throws(ThemeError) {
        name = fallbackName
        let root: JSONValue
        do throws(JSONError) {
            root = try JSONValue(parsing: json)
        } catch {
            let place = error.position(in: json)
            throw .notJSON(theme: fallbackName, line: place.line, reason: error.reason)
        }
        guard let object = root.object else {
            throw .malformed(theme: fallbackName, what: "a theme is a JSON object")
        }
        for (key, value) in object {
            try read(key, value)
        }
    }

    private mutating func read(_ key: String, _ value: JSONValue) throws(ThemeError) {
        switch key {
        case "name":
            name = try string(value, for: key)
        case "inherits":
            inherits = try string(value, for: key)
        case "variant":
            guard let variant = Theme.Variant(rawValue: try string(value, for: key)) else {
                throw .malformed(theme: name, what: "\"variant\" is \"dark\" or \"light\"")
            }
            self.variant = variant
        case "palette":
            palette = try colors(value, for: key)
        case "ansi16":
            ansi16 = try colors(value, for: key)
        case "roles":
            try readRoles(value)
        default:
            warnings.append("theme \"\(name)\": \"\(key)\" means nothing here")
        }
    }

    private mutating func readRoles(_ value: JSONValue) throws(ThemeError) {
        for (roleName, look) in try fields(value, for: "roles") {
            guard let role = Role(name: roleName) else {
                warnings.append("theme \"\(name)\": there is no role \"\(roleName)\"")
                continue
            }
            roles[role] = try roleLook(look, of: roleName)
        }
    }

    private mutating func roleLook(_ value: JSONValue, of roleName: String) throws(ThemeError) -> RoleLook {
        var look = RoleLook()
        for (key, value) in try fields(value, for: roleName) {
            switch key {
            case "fg": look.foreground = try color(value, for: "\(roleName).fg")
            case "bg": look.background = try color(value, for: "\(roleName).bg")
            default:
                guard let attribute = Self.attributes[key], let isSet = value.bool else {
                    warnings.append("theme \"\(name)\": role \"\(roleName)\": \"\(key)\" means nothing here")
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

    private func colors(_ value: JSONValue, for key: String) throws(ThemeError) -> [String: String] {
        var colors: [String: String] = [:]
        for (name, value) in try fields(value, for: key) {
            colors[name] = try color(value, for: "\(key).\(name)")
        }
        return colors
    }

    private func color(_ value: JSONValue, for key: String) throws(ThemeError) -> String {
        if let place = value.integer {
            return String(place)
        }
        return try string(value, for: key)
    }

    private func string(_ value: JSONValue, for key: String) throws(ThemeError) -> String {
        guard let string = value.string else { throw .malformed(theme: name, what: "\"\(key)\" is a string") }
        return string
    }

    private func fields(_ value: JSONValue, for key: String) throws(ThemeError) -> JSONObject {
        guard let object = value.object else { throw .malformed(theme: name, what: "\"\(key)\" is an object") }
        return object
    }
}
