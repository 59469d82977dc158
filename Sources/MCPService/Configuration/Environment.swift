private import SystemC
private import Support

/// Variables by name. Values stay bytes until they are checked: a conversion to text would replace
/// each invalid byte by U+FFFD, and different secrets would become equal (ATTACKS S19).
package struct Environment: Sendable, Equatable, ExpressibleByDictionaryLiteral {
  package private(set) var values: [String: [UInt8]] = [:]

  package init(_ texts: [String: String]) { values = texts.mapValues { Array($0.utf8) } }

  package init(dictionaryLiteral elements: (String, [UInt8])...) {
    for (name, value) in elements { values[name] = value }
  }

  mutating func set(_ name: String, _ value: [UInt8]?) { values[name] = value }

  /// The variables of this process, without those whose name is not visible ASCII. If two variables
  /// have the same name, the first one counts, as for `getenv`.
  package static func ofProcess() -> Environment {
    var environment = Environment()
    var entry = unsafe environ
    while let start = unsafe entry.pointee {
      let bytes = unsafe Array(UnsafeRawBufferPointer(start: start, count: strlen(start)))
      unsafe entry += 1
      guard let equals = bytes.firstIndex(of: UInt8(ascii: "=")) else { continue }
      let name = bytes[..<equals]
      guard name.allSatisfy({ 0x21...0x7E ~= $0 }) else { continue }
      let text = String(decoding: name, as: UTF8.self)
      if environment.values[text] == nil {
        environment.values[text] = Array(bytes[(equals + 1)...])
      }
    }
    return environment
  }
}

extension Environment: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  package var description: String { "[environment]" }
  package var debugDescription: String { description }
  package var customMirror: Mirror { Mirror(self, children: []) }
}
