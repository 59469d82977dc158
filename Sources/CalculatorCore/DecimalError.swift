private import Support

/// Why a text is not a valid `Decimal`.
package enum DecimalError: Error, Equatable, Sendable {
  case notANumber
  case tooManyDigits
  case outOfRange

  /// A phrase that follows the name of an argument, as in "b must be …".
  package var reason: String {
    switch self {
    case .notANumber: "must be a JSON number, such as -12.5 or 1e3"
    case .tooManyDigits: "must have at most 34 significant digits"
    case .outOfRange: "must be zero, or between 1e-307 and 1e308 in magnitude"
    }
  }
}
