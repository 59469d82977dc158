internal import Auth
internal import JSON
private import Support

/// Why a JSON file of the settings is not of its form. Of the text of the file it contains only
/// the name of an entry: a value may be a secret in the wrong place.
package struct SettingsFileError: Error, Sendable, Equatable {
  /// Counted from 1.
  package let line: Int
  package let reason: String
}

extension SettingsFileError {
  init(at path: [Int], in text: [UInt8], _ reason: String) {
    self.init(line: JSONLocator.line(of: path, in: text), reason: reason)
  }
}

extension JSONValue {
  /// The contents of a file of the settings.
  /// - Parameters:
  ///   - maximumLength: in bytes.
  ///   - bound: the same for people.
  /// - Throws: `SettingsFileError`
  init(file text: [UInt8], maximumLength: Int, _ bound: String) throws(SettingsFileError) {
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
