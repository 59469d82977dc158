private import Support

/// One setting of a server: its kind, and what SIGHUP does with a new value.
package struct Setting: Sendable {
  /// SIGHUP applies what it can and never opens access; what it keeps, it names (ATTACKS G1).
  ///
  /// Where a setting was set and is not set any more, it keeps its old value: a default may allow
  /// more, and a file may have lost lines (ATTACKS G3). The two cases that say so are the exceptions.
  package enum AtReload: Sendable {
    /// A new value applies.
    case applies
    /// A credential: a new value applies, and so does its removal, which revokes it.
    case appliesAndRevokes
    /// The old value stays until a restart.
    case needsRestart
    /// This value, the default, applies, also by removal; any other would open access.
    case appliesIfDefault(String)
    /// A new value applies where there was one: this can be neither turned on nor off.
    case appliesUnlessSwitched

    /// Whether a setting that was removed takes effect: only where its absence allows less.
    fileprivate var appliesRemoval: Bool {
      switch self {
      case .appliesAndRevokes, .appliesIfDefault: true
      case .applies, .needsRestart, .appliesUnlessSwitched: false
      }
    }
  }

  /// A secret `X` can also stand in a file that `X_FILE` names.
  let isSecret: Bool
  let atReload: AtReload
  /// Whether more is allowed where the setting is not set; then an empty value is an error.
  let absenceOpensAccess: Bool

  static func value(_ atReload: AtReload, absenceOpensAccess: Bool = false) -> Setting {
    Setting(isSecret: false, atReload: atReload, absenceOpensAccess: absenceOpensAccess)
  }

  static func secret(_ atReload: AtReload, absenceOpensAccess: Bool = false) -> Setting {
    Setting(isSecret: true, atReload: atReload, absenceOpensAccess: absenceOpensAccess)
  }

  /// Whether SIGHUP may replace the values of the setting's variables.
  func mayChange(from old: [[UInt8]?], to new: [[UInt8]?]) -> Bool {
    func isSet(_ values: [[UInt8]?]) -> Bool { values.contains { $0 != nil } }
    if isSet(old), !isSet(new) { return atReload.appliesRemoval }  // ATTACKS G3
    return switch atReload {
    case .applies, .appliesAndRevokes: true
    case .needsRestart: false
    case .appliesIfDefault(let value): new.allSatisfy { $0 == nil || $0 == Array(value.utf8) }
    case .appliesUnlessSwitched: isSet(old)
    }
  }
}
