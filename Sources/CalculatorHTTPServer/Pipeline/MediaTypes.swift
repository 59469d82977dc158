internal import HTTPTransport

/// JSON in, JSON out.
enum MediaTypes {
  /// - Throws: `Refusal.unsupportedMediaType`, `.notAcceptable`
  static func check(_ fields: HTTPFields) throws(Refusal) {
    let types = fields["Content-Type"]
    guard types.count == 1, isJSON(normal(types[0])[...]), fields["Content-Encoding"].isEmpty else {
      throw .unsupportedMediaType
    }
    let accepts = fields["Accept"]
    guard accepts.isEmpty || accepts.contains(where: allowsJSON) else { throw .notAcceptable }
  }

  /// RFC 8259 §8.1: UTF-8 and nothing else; §11 knows no parameter, but many send this one.
  private static func isJSON(_ value: ArraySlice<UInt8>) -> Bool {
    ["application/json", "application/json;charset=utf-8", "application/json;charset=\"utf-8\""]
      .contains { value.elementsEqual($0.utf8) }
  }

  /// RFC 9110 §12.5.1: a list of ranges, each with a weight, which is not zero for what is wanted.
  private static func allowsJSON(_ value: String) -> Bool {
    normal(value).split(separator: UInt8(ascii: ",")).contains { range in
      let parts = range.split(separator: UInt8(ascii: ";"))
      guard let type = parts.first,
        ["application/json", "application/*", "*/*"].contains(where: { type.elementsEqual($0.utf8) }
        )
      else { return false }
      return !parts.dropFirst().contains(where: isZeroWeight)
    }
  }

  /// `q=0`, with up to three more zeros behind the point (RFC 9110 §12.4.2).
  private static func isZeroWeight(_ parameter: ArraySlice<UInt8>) -> Bool {
    parameter.starts(with: "q=0".utf8)
      && parameter.dropFirst(3).allSatisfy { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "0") }
  }

  /// In small letters and without spaces.
  private static func normal(_ value: String) -> [UInt8] {
    var bytes = Array(value.utf8)
    bytes.removeAll { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
    for index in bytes.indices where UInt8(ascii: "A")...UInt8(ascii: "Z") ~= bytes[index] {
      bytes[index] |= 0x20
    }
    return bytes
  }
}
