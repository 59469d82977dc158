private import Support

/// Why an operation has no result.
package enum CalculatorError: Error, Equatable, Sendable {
  case divisionByZero
  case rootOfNegative
  case exponentNotInteger
  case exponentTooLarge
  case zeroToNegativePower
  case remainderTooLong
  case overflow
  case underflow

  /// One sentence that a language model can act on. It calls the operands `a` and `b`.
  package var message: String {
    switch self {
    case .divisionByZero: "b must not be zero: division by zero has no result."
    case .rootOfNegative: "a must not be negative: its square root would not be a real number."
    case .exponentNotInteger: "b must be an integer: for the exponent 0.5 use square_root instead."
    case .exponentTooLarge: "b must be between -999999999 and 999999999 for this a."
    case .zeroToNegativePower: "b must not be negative where a is zero: it would divide by zero."
    case .remainderTooLong:
      "a and b are too far apart: the exact remainder has more than 34 significant digits."
    case .overflow: "a and b give a result that is too large: it must stay below 1e308."
    case .underflow:
      "a and b give a result that is too close to zero: it must be zero, or at least 1e-307 in magnitude."
    }
  }
}
