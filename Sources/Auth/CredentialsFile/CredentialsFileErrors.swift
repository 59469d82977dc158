private import Support

/// All that is wrong with a credentials file, in the order of its lines; never what is in it.
package struct CredentialsFileErrors: Error, Sendable, Equatable {
  package struct Problem: Sendable, Equatable {
    /// Counted from 1.
    package let line: Int
    package let reason: String
  }

  package let problems: [Problem]
}
