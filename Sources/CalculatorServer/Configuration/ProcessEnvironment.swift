#if canImport(Darwin)
  private import Darwin
#elseif canImport(Musl)
  private import Musl
#else
  private import Glibc
#endif

/// The variables that this process was started with.
package func processEnvironment() -> [String: String] {
  var variables: [String: String] = [:]
  var entry = unsafe environ
  while let text = unsafe entry.pointee {
    let pair = unsafe String(cString: text)
    if let equals = pair.utf8.firstIndex(of: UInt8(ascii: "=")) {
      variables[String(pair[..<equals])] = String(pair[pair.utf8.index(after: equals)...])
    }
    unsafe entry += 1
  }
  return variables
}
