private import Support

/// All that keeps a server from starting; never empty.
package struct ConfigurationErrors: Error, Sendable {
  package let all: [ConfigurationError]

  package init(all: [ConfigurationError]) { self.all = all }
}
