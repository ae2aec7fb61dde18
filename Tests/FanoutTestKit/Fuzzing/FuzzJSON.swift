internal import FanoutJSON

/// A text that can be read is read the same when it is mended first, and when its value is written and read again.
func fuzzJSON(_ bytes: [UInt8]) -> String? {
    let reader = JSONReader()
    let mended = bytes.withUnsafeBufferPointer { buffer in Result { () throws(JSONError) in try JSONRepair.mend(buffer) } }
    let root: JSONElement
    do {
        root = try reader.read(bytes)
    } catch {
        if case .success(let text) = mended {
            return "it is mended to what cannot be read: \(String(decoding: text, as: UTF8.self))"
        }
        return (0...bytes.count).contains(error.offset) ? nil : "its fault lies outside of it, at byte \(error.offset)"
    }
    let value = JSONValue(root)
    let wasMended = reader.wasMended
    switch mended {
    case .failure(let error):
        return "it is JSON, and cannot be mended: \(error)"
    case .success(let text):
        do {
            let again = JSONReader()
            let root = try again.read(text)
            if again.wasMended {
                return "what was mended needs mending"
            }
            if JSONValue(root) != value {
                return "mended it is another value: \(JSONValue(root)) and not \(value)"
            }
        } catch {
            return "what was mended cannot be read: \(error)"
        }
    }
    let written = JSONText(value)
    do {
        let again = try JSONValue(parsing: written.utf8)
        if again != value || JSONText(again) != written {
            return "written and read again it is another value: \(again) and not \(value)"
        }
        if again.hashValue != value.hashValue {
            return "equal values have different hashes"
        }
    } catch {
        return "what was written cannot be read: \(error)"
    }
    return fuzzRawJSON(bytes, value, wasMended: wasMended)
}

/// The parts of a text, cut out as they stand, are the parts of its value.
private func fuzzRawJSON(_ bytes: [UInt8], _ value: JSONValue, wasMended: Bool) -> String? {
    let raw: RawJSON
    do {
        raw = try RawJSON(parsing: bytes)
    } catch {
        return "it can be read, and not in parts: \(error)"
    }
    if raw.value != value || raw.wasMended != wasMended {
        return "without its whitespace it is another value: \(raw.json)"
    }
    if let items = value.array, raw.items.map(\.value) != items {
        return "its items are others: \(raw.items.map(\.json))"
    }
    for (key, field) in value.object?.fields ?? [] {
        // A name that stands twice, or is written with escapes, is not found by its text.
        guard let part = raw[key], part.value != field else { continue }
        guard bytes.split(separator: UInt8(ascii: ":")).count == (value.object?.count ?? 0) + 1 else { continue }
        return "its field \(key) is another: \(part.json)"
    }
    return nil
}
