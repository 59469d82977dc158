private import JSON
private import Support

/// The parameters of `application/x-www-form-urlencoded`, from a body or a query (RFC 6749
/// appendix B). They keep their order.
///
/// Values may be secrets, so a form prints only how many parameters it has.
package struct FormBody: Sendable {
  /// In bytes.
  package static let maximumLength = 1 << 14
  package static let maximumParameters = 64

  /// Why bytes are no form that this server accepts.
  package enum Failure: Error, Sendable, Equatable {
    case tooLong, tooManyParameters
    /// A `%` without two hexadecimal digits.
    case invalidEncoding
    case invalidUTF8, controlCharacter
    case duplicateParameter
  }

  private struct Parameter {
    let name: String
    let value: String
  }

  private let parameters: [Parameter]

  /// Parses a form. Empty parts between `&` are skipped, and a part without `=` is a name (URL
  /// Standard, application/x-www-form-urlencoded parsing).
  /// - Throws: `Failure`, the first that applies.
  package init(_ text: [UInt8]) throws(Failure) {
    guard text.count <= Self.maximumLength else { throw .tooLong }
    let parts = text.split(separator: UInt8(ascii: "&"))
    guard parts.count <= Self.maximumParameters else { throw .tooManyParameters }
    var parameters: [Parameter] = []
    parameters.reserveCapacity(parts.count)
    var names = Set<[UInt8]>()
    for part in parts {
      let equals = part.firstIndex(of: UInt8(ascii: "=")) ?? part.endIndex
      let name = try Self.decoded(part[..<equals])
      let value = try Self.decoded(part[equals...].dropFirst())
      // OAuth 2.1 §3.1: at most once, also if one of them has no value.
      guard names.insert(Array(name.utf8)).inserted else { throw .duplicateParameter }
      parameters.append(Parameter(name: name, value: value))
    }
    self.parameters = parameters
  }

  /// The value of a parameter. One with an empty value counts as absent (RFC 6749 §3.1).
  package subscript(name: String) -> String? {
    let value = parameters.first { $0.name.hasSameBytes(as: name) }?.value
    return value?.isEmpty == true ? nil : value
  }

  /// Decodes a name or a value.
  static func decoded(_ text: ArraySlice<UInt8>) throws(Failure) -> String {
    guard let bytes = PercentEncoding.decode(text, space: UInt8(ascii: "+")) else {
      throw .invalidEncoding
    }
    // An invalid byte must not become U+FFFD: different values would become the same text.
    guard let text = String(validating: bytes, as: UTF8.self) else { throw .invalidUTF8 }
    // They forge lines of logs and fields of HTTP. No parameter of OAuth has them (RFC 6749
    // appendix A).
    guard text.unicodeScalars.allSatisfy({ $0.value >= 0x20 && !(0x7F...0x9F ~= $0.value) }) else {
      throw .controlCharacter
    }
    return text
  }

  /// Encodes a name or a value. Every byte that is not a letter, a digit or one of `-._` is written
  /// as `%` and two digits, a space as `+`.
  package static func encoded(_ text: String) -> [UInt8] {
    var bytes: [UInt8] = []
    for byte in text.utf8 {
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "."),
        UInt8(ascii: "_"):
        bytes.append(byte)
      case ASCII.space: bytes.append(UInt8(ascii: "+"))
      default: PercentEncoding.append(byte, to: &bytes)
      }
    }
    return bytes
  }

  /// Encodes parameters in their order, joined with `&`.
  package static func encoded(_ parameters: [(name: String, value: String)]) -> [UInt8] {
    Array(
      parameters.map { encoded($0.name) + [UInt8(ascii: "=")] + encoded($0.value) }
        .joined(separator: [UInt8(ascii: "&")]))
  }
}

extension FormBody: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  package var description: String { "[form with \(parameters.count) parameters]" }
  package var debugDescription: String { description }
  package var customMirror: Mirror { Mirror(self, children: []) }
}

extension FormBody.Failure {
  /// The error for the client (RFC 6749 §5.2: `invalid_request`).
  package var problem: OAuthProblem {
    switch self {
    case .tooLong: OAuthProblem(.invalidRequest, "The request has more than 16 KiB of parameters.")
    case .tooManyParameters:
      OAuthProblem(.invalidRequest, "The request has more than 64 parameters.")
    case .invalidEncoding, .invalidUTF8:
      OAuthProblem(.invalidRequest, "A parameter is not form-encoded UTF-8 text.")
    case .controlCharacter:
      OAuthProblem(.invalidRequest, "A parameter has a control character.")
    case .duplicateParameter:
      OAuthProblem(.invalidRequest, "A parameter occurs more than once.")
    }
  }
}
