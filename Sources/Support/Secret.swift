/// A secret text. It prints as "[secret]" when it is interpolated, dumped or logged.
package struct Secret: Sendable {
  /// The text. Use it only where the secret is hashed or checked.
  package let exposed: String

  package init(_ text: String) { exposed = text }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  package var description: String { "[secret]" }
  package var debugDescription: String { "[secret]" }
  package var customMirror: Mirror { Mirror(self, children: []) }
}
