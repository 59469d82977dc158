private import Support
package import JSON

/// The keys and users of an HTTP server, read from a JSON file: `{"keys": [{"name", "sha256",
/// "role", "expires"}], "users": [{"name", "password", "role", "expires"}]}`. `expires` is
/// optional.
package struct CredentialsFile: Sendable {
  package let keys: [APIKey]
  package let users: [PasswordUser]

  /// - Throws: `CredentialsFileErrors` with all problems. A file with a problem is not used at all
  ///   (C14).
  package static func read(_ text: [UInt8]) throws(CredentialsFileErrors) -> CredentialsFile {
    let root: JSONValue
    do throws(JSONError) {
      root = try JSONParser.parse(text)
    } catch {
      let line = JSONLocator.line(at: error.offset, in: text)
      throw CredentialsFileErrors(problems: [.init(line: line, reason: error.sentence)])
    }
    var reader = CredentialsFileReader(text: text)
    let file = reader.file(root)
    guard let file, reader.problems.isEmpty else {
      throw CredentialsFileErrors(problems: reader.problems.sorted { $0.line < $1.line })
    }
    return file
  }
}

extension JSONError {
  /// A sentence for the author of a configuration file.
  package var sentence: String {
    switch reason {
    case .unexpectedEnd: "the file ends in the middle"
    case .unexpectedByte: "this is no JSON"
    case .trailingBytes: "there is text after the end of the JSON value"
    case .byteOrderMark: "the file begins with a byte-order mark"
    case .invalidUTF8: "this is not valid UTF-8"
    case .controlCharacter: "a string has a control character"
    case .invalidEscape: "a string has an invalid escape"
    case .loneSurrogate: "a string has one half of a surrogate pair"
    case .numberOutOfRange: "a number is out of range"
    case .duplicateName: "an object that begins here has one name twice"
    case .tooDeep: "arrays and objects are nested too deeply"
    case .tooManyValues: "the file has more than \(JSONParser.maximumValues) values"
    }
  }
}
