private import Support

/// Markup in which every interpolated text is escaped, so that no text of a request can become an
/// element or an attribute.
///
/// Only a literal and another `HTML` are inserted as they are.
struct HTML: Sendable, ExpressibleByStringInterpolation {
  let text: String

  init(stringLiteral literal: String) { text = literal }

  init(stringInterpolation: StringInterpolation) { text = stringInterpolation.text }

  struct StringInterpolation: StringInterpolationProtocol {
    fileprivate var text = ""

    init(literalCapacity: Int, interpolationCount: Int) {}

    mutating func appendLiteral(_ literal: String) { text += literal }

    mutating func appendInterpolation(_ text: String) { self.text += MarkupText.escaped(text) }

    mutating func appendInterpolation(_ html: HTML) { text += html.text }

    mutating func appendInterpolation(_ parts: [HTML]) {
      text += parts.map(\.text).joined(separator: "\n")
    }

    /// A text that comes from outside, in a sentence of ours: its direction of writing must not
    /// change the order of the words around it (HTML §4.5.24).
    mutating func appendInterpolation(isolated text: String) {
      self.text += "<bdi>" + MarkupText.escaped(text) + "</bdi>"
    }
  }
}
