import JSON
import Support
import TestSupport
import Testing

@testable import JOSE

struct NumericDateTests {
  /// RFC 7519 §2: exact milliseconds without floating point. Smaller fractions are cut off.
  @Test(
    arguments: [
      ("0", 0), ("0.0", 0), ("0e5", 0), ("1", 1000), ("1.5", 1500), ("0.001", 1), ("0.0019", 1),
      ("0.0001", 0), ("1e-3", 1), ("1E-4", 0), ("1e3", 1_000_000), ("1e+3", 1_000_000),
      ("12.345678e2", 1_234_567), ("0.00001e5", 1000), ("1790000000.123", 1_790_000_000_123),
      ("1790000000.1239", 1_790_000_000_123), ("1.1", 1100), ("4.35", 4350), ("1.005", 1005),
      ("253402300799", 253_402_300_799_000), ("253402300799.9999", 253_402_300_799_999),
      ("2534023007999e-1", 253_402_300_799_900), ("1e-6144", 0), ("0e9223372036854775807", 0),
      ("0.00e-9223372036854775808", 0), ("1e11", 100_000_000_000_000),
    ] as [(String, WallTime)])
  func readsTimes(_ text: String, _ time: WallTime) throws {
    #expect(NumericDate.time(try JSONParser.parse(Array(text.utf8))) == time)
  }

  /// ATTACKS T32: the range ends with the year 9999.
  @Test(arguments: [
    "253402300800", "2534023008e2", "1e12", "1e300", "99999999999999999999", "-1", "-0", "-0.0",
    "-1e-9", "null", "true", #""1""#, "[1]", "{}",
  ])
  func refusesTimes(_ text: String) throws {
    #expect(NumericDate.time(try JSONParser.parse(Array(text.utf8))) == nil)
  }
}
