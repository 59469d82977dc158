private import Support

/// The name that a client gives itself, as it can be shown to a person.
///
/// Characters that are not visible are removed: control characters, line ends, bidirectional marks
/// and characters without a width. They can hide a part of a name or change the order in which it is
/// read. They are removed and not refused, because the names of honest clients have them too: an
/// emoji with a joiner, Persian or Hebrew text. The name then looks nearly the same.
///
/// A letter may still look like another one, so a page must show the host beside the name.
package struct ClientName: Sendable, Equatable {
  /// In bytes, before characters are removed.
  package static let maximumLength = 128

  package let text: String

  /// `nil` if nothing visible remains, or the name is too long.
  package init?(_ text: String) {
    guard text.utf8.count <= Self.maximumLength else { return nil }
    var scalars = text.unicodeScalars.filter(Self.isVisible)[...]
    while let first = scalars.first, first.properties.isWhitespace { scalars.removeFirst() }
    while let last = scalars.last, last.properties.isWhitespace { scalars.removeLast() }
    guard !scalars.isEmpty else { return nil }
    self.text = String(scalars)
  }

  private static func isVisible(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    // Unicode §23.2 and §23.8: format characters are the bidirectional marks and the joiners.
    case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned: false
    // Also the fillers of Hangul and the variation selectors.
    default: !scalar.properties.isDefaultIgnorableCodePoint
    }
  }

  package static func == (one: ClientName, other: ClientName) -> Bool {
    one.text.utf8.elementsEqual(other.text.utf8)
  }
}
