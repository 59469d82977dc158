private import Support

/// The amount of logging.
package enum LogLevel: String, Sendable, CaseIterable, Comparable {
  case off, info, debug

  package static func < (a: LogLevel, b: LogLevel) -> Bool {
    allCases.firstIndex(of: a) ?? 0 < allCases.firstIndex(of: b) ?? 0
  }
}
