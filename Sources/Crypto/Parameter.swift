private import Support
internal import COpenSSL

/// A named value for libcrypto (OSSL_PARAM(3)), which copies what it keeps.
enum Parameter {
  case text(String, String)
  case bytes(String, [UInt8])
  /// A big-endian number.
  case number(String, [UInt8])

  /// Calls `body` with an array of `parameters` that is valid during the call.
  static func withAll<Result>(
    _ parameters: [Parameter], _ body: (UnsafeMutablePointer<OSSL_PARAM>) -> Result
  ) -> Result {
    unsafe withAll(parameters[...], after: [], body)
  }

  private static func withAll<Result>(
    _ parameters: ArraySlice<Parameter>, after built: [OSSL_PARAM],
    _ body: (UnsafeMutablePointer<OSSL_PARAM>) -> Result
  ) -> Result {
    guard let first = parameters.first else {
      var all = unsafe built + [OSSL_PARAM_construct_end()]
      return unsafe body(&all)
    }
    return unsafe first.withOne { one in
      unsafe withAll(parameters.dropFirst(), after: built + [one], body)
    }
  }

  private func withOne<Result>(_ body: (OSSL_PARAM) -> Result) -> Result {
    // libcrypto only reads the values, although it takes mutable pointers.
    switch self {
    case .text(let name, let text):
      return unsafe name.withCString { name in
        unsafe text.withCString { text in
          unsafe body(OSSL_PARAM_construct_utf8_string(name, .init(mutating: text), 0))
        }
      }
    case .bytes(let name, var bytes):
      return unsafe name.withCString { name in
        unsafe bytes.withUnsafeMutableBytes { bytes in
          unsafe body(OSSL_PARAM_construct_octet_string(name, bytes.baseAddress, bytes.count))
        }
      }
    case .number(let name, let number):
      // In the byte order of the machine, and each one that Swift supports is little-endian.
      var bytes = Array(number.reversed())
      return unsafe name.withCString { name in
        unsafe bytes.withUnsafeMutableBufferPointer { bytes in
          unsafe body(OSSL_PARAM_construct_BN(name, bytes.baseAddress, bytes.count))
        }
      }
    }
  }
}
