private import Support

/// Why a number is not a valid `Decimal`.
package enum DecimalError: Error, Equatable, Sendable {
  case tooManyDigits
  case outOfRange

  /// A phrase that follows the name of an argument, as in "b must be …".
  package var reason: String {
    switch self {
    case .tooManyDigits: "must have at most 34 significant digits"
    case .outOfRange: "must be zero, or between 1e-307 and 1e308 in magnitude"
    }
  }
}
