private import Support

/// The version of all three calculators (Semantic Versioning 2.0.0).
package let calculatorVersion = "0.1.0"
