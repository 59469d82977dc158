package import HTTPTransport
private import Support

/// Checks what a request sends and accepts.
package enum MediaTypes {
  /// - Throws: `HTTPProblem.unsupportedMediaType`, `.notAcceptable`
  static func check(_ fields: HTTPFields) throws(HTTPProblem) {
    guard isJSON(fields) else { throw .unsupportedMediaType }
    let accepts = fields["Accept"]
    guard accepts.isEmpty || accepts.contains(where: allowsJSON) else { throw .notAcceptable }
  }

  /// Whether the body is JSON.
  package static func isJSON(_ fields: HTTPFields) -> Bool { isBody(fields, "application/json") }

  /// Whether the body is a form (RFC 6749 appendix B).
  package static func isForm(_ fields: HTTPFields) -> Bool {
    isBody(fields, "application/x-www-form-urlencoded")
  }

  private static func isBody(_ fields: HTTPFields, _ type: String) -> Bool {
    let types = fields["Content-Type"]
    return types.count == 1 && isType(types[0], type)
      && fields["Content-Encoding"].allSatisfy(isNoCoding)
  }

  /// RFC 8259 §11 defines no parameter: `charset` has no effect, and the body is always UTF-8
  /// (§8.1). A parameter that names an encoding in which the same bytes are another text is
  /// refused: a gateway might use that encoding and read another message (ATTACKS H24).
  private static func isType(_ value: String, _ type: String) -> Bool {
    let parts = lowercased(value).split(
      separator: UInt8(ascii: ";"), omittingEmptySubsequences: false
    ).map(ASCII.trimmed)
    return parts[0].elementsEqual(type.utf8)
      && parts.dropFirst().allSatisfy { $0.isEmpty || isHarmless($0) }
  }

  /// `name=value`, with or without quotes around the value (RFC 9110 §5.6.6).
  private static func isHarmless(_ parameter: ArraySlice<UInt8>) -> Bool {
    guard let sign = parameter.firstIndex(of: UInt8(ascii: "=")) else { return false }
    let name = parameter[..<sign]
    var value = parameter[(sign + 1)...]
    if value.count >= 2, value.first == UInt8(ascii: "\""), value.last == value.first {
      value = value.dropFirst().dropLast()
    }
    guard isToken(name), isToken(value) else { return false }
    guard name.elementsEqual("charset".utf8) else { return true }
    let isUTF8 = ["utf-8", "utf8"].contains { value.elementsEqual($0.utf8) }
    return isUTF8 || !["utf", "ucs", "unicode", "csu"].contains { value.starts(with: $0.utf8) }
  }

  /// `identity` means no coding (RFC 9110 §12.5.3). Any other value needs decoding and is refused.
  private static func isNoCoding(_ value: String) -> Bool {
    lowercased(value).elementsEqual("identity".utf8)
  }

  private static func isToken(_ text: ArraySlice<UInt8>) -> Bool {
    !text.isEmpty && text.allSatisfy(ASCII.isToken)
  }

  /// RFC 9110 §12.5.1: a list of ranges. JSON must be in one with a weight that is not zero.
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

  /// `q=0`, with at most three more zeros after the point (RFC 9110 §12.4.2).
  private static func isZeroWeight(_ parameter: ArraySlice<UInt8>) -> Bool {
    parameter.starts(with: "q=0".utf8)
      && parameter.dropFirst(3).allSatisfy { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "0") }
  }

  /// In lower case and without spaces.
  private static func normal(_ value: String) -> [UInt8] {
    lowercased(value).filter { !ASCII.isSpace($0) }
  }

  private static func lowercased(_ value: String) -> [UInt8] { value.utf8.map(ASCII.lowercase) }
}
