private import Support

/// The problems of a credentials file, in the order of its lines. They never contain text of the
/// file.
package struct CredentialsFileErrors: Error, Sendable, Equatable {
  package let problems: [SettingsFileError]
}
