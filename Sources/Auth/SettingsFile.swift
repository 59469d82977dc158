package import JSON
private import Support

/// Why a JSON file of the settings is not of its form. Of the text of the file it contains only
/// the name of an entry: a value may be a secret in the wrong place.
package struct SettingsFileError: Error, Sendable, Equatable {
  /// Counted from 1.
  package let line: Int
  package let reason: String

  package init(line: Int, reason: String) {
    self.line = line
    self.reason = reason
  }
}

extension SettingsFileError {
  /// - Parameter path: the positions of the value, as in `JSONLocator`.
  package init(at path: [Int], in text: [UInt8], _ reason: String) {
    self.init(line: JSONLocator.line(of: path, in: text), reason: reason)
  }
}

extension JSONValue {
  /// The contents of a file of the settings.
  /// - Parameters:
  ///   - maximumLength: in bytes.
  ///   - bound: the same for people.
  /// - Throws: `SettingsFileError`
  package init(file text: [UInt8], maximumLength: Int, _ bound: String) throws(SettingsFileError) {
    guard text.count <= maximumLength else {
      throw SettingsFileError(line: 1, reason: "the file has more than \(bound)")
    }
    do throws(JSONError) {
      self = try JSONParser.parse(text)
    } catch {
      throw SettingsFileError(
        line: JSONLocator.line(at: error.offset, in: text), reason: error.sentence)
    }
  }
}
