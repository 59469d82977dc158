internal import HTTPTransport

/// JSON in, JSON out.
enum MediaTypes {
  /// - Throws: `Refusal.unsupportedMediaType`, `.notAcceptable`
  static func check(_ fields: HTTPFields) throws(Refusal) {
    let types = fields["Content-Type"]
    guard types.count == 1, isJSON(types[0]), fields["Content-Encoding"].isEmpty else {
      throw .unsupportedMediaType
    }
    let accepts = fields["Accept"]
    guard accepts.isEmpty || accepts.contains(where: allowsJSON) else { throw .notAcceptable }
  }

  /// RFC 8259 §8.1: UTF-8 and nothing else; §11 knows no parameter, but many send this one.
  private static func isJSON(_ value: String) -> Bool {
    switch value.lowercased().filter({ $0 != " " }) {
    case "application/json", "application/json;charset=utf-8", "application/json;charset=\"utf-8\"":
      true
    default: false
    }
  }

  /// RFC 9110 §12.5.1: a list of ranges, each with a weight, which is not zero for what is wanted.
  private static func allowsJSON(_ value: String) -> Bool {
    value.utf8.split(separator: UInt8(ascii: ",")).contains { range in
      let parts = range.split(separator: UInt8(ascii: ";")).map {
        Substring($0).lowercased().filter { $0 != " " && $0 != "\t" }
      }
      guard let type = parts.first,
        ["application/json", "application/*", "*/*"].contains(type)
      else { return false }
      return !parts.dropFirst().contains { $0.hasPrefix("q=") && Double($0.dropFirst(2)) == 0 }
    }
  }
}
