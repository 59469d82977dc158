/// Text that must not be seen: it prints as "[secret]" wherever it is interpolated, dumped or logged.
package struct Secret: Sendable {
  /// The text itself, for the one line that hashes or checks it.
  package let exposed: String

  package init(_ text: String) { exposed = text }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  package var description: String { "[secret]" }
  package var debugDescription: String { "[secret]" }
  package var customMirror: Mirror { Mirror(self, children: []) }
}
