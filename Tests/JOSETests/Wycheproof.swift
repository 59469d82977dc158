import Foundation
import JSON
import TestSupport

@testable import JOSE

/// One vector of Wycheproof's `json_web_*_test.json`, with the keys of its group.
struct WycheproofToken: CustomStringConvertible, Sendable {
  let file: String
  let id: Int
  let comment: String
  /// The token as it is in the file. A token in JSON serialization is its JSON text.
  let text: String
  let isValid: Bool
  let jwks: [[String: String]]
  var description: String { "\(file) \(id) \(comment)" }

  static func all(in file: String) throws -> [WycheproofToken] {
    try Wycheproof.groups(file).flatMap { group -> [WycheproofToken] in
      let key = group["private"] as? [String: Any] ?? [:]
      let jwks = (key["keys"] as? [[String: Any]] ?? [key]).map {
        $0.compactMapValues { $0 as? String }
      }
      return try Wycheproof.tests(group).map { test in
        let token = test["jws"] ?? test["jwe"] ?? ""
        let text =
          try (token as? String)
          ?? String(decoding: JSONSerialization.data(withJSONObject: token), as: UTF8.self)
        return WycheproofToken(
          file: file, id: test["tcId"] as? Int ?? 0, comment: test["comment"] as? String ?? "",
          text: text, isValid: test["result"] as? String == "valid", jwks: jwks)
      }
    }
  }
}

enum Wycheproof {
  static func groups(_ file: String) throws -> [[String: Any]] {
    guard let directory = Vectors.directory else { return [] }
    let data = try Data(contentsOf: directory.appending(path: "wycheproof/\(file)_test.json"))
    let object = try JSONSerialization.jsonObject(with: data) as? [String: Any]
    return object?["testGroups"] as? [[String: Any]] ?? []
  }

  static func tests(_ group: [String: Any]) -> [[String: Any]] {
    group["tests"] as? [[String: Any]] ?? []
  }
}
