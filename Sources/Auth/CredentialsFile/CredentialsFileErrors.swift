private import Support

/// The problems of a credentials file, in the order of its lines. They never contain text of the
/// file.
package struct CredentialsFileErrors: Error, Sendable, Equatable {
  package struct Problem: Sendable, Equatable {
    /// Counted from 1.
    package let line: Int
    package let reason: String
  }

  package let problems: [Problem]
}
