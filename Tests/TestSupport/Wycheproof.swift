private import Foundation

/// The vectors of Wycheproof, `wycheproof/NAME_test.json` in the folder of the vectors.
package enum Wycheproof {
  package static func groups(_ name: String) throws -> [[String: Any]] {
    guard let url = url(name) else { return [] }
    let object = try JSONSerialization.jsonObject(with: Data(contentsOf: url)) as? [String: Any]
    return object?["testGroups"] as? [[String: Any]] ?? []
  }

  package static func tests(_ group: [String: Any]) -> [[String: Any]] {
    group["tests"] as? [[String: Any]] ?? []
  }

  /// The bytes of hexadecimal digits.
  package static func bytes(_ hex: Any?) -> [UInt8] {
    let digits = Array((hex as? String ?? "").utf8)
    return stride(from: 0, to: digits.count, by: 2).compactMap {
      UInt8(String(decoding: digits[$0...($0 + 1)], as: UTF8.self), radix: 16)
    }
  }

  private static func url(_ name: String) -> URL? {
    Vectors.directory?.appending(path: "wycheproof/\(name)_test.json")
  }
}
