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
  /// The public keys of the group as a JWK set; the private ones where it has no public ones.
  let publicKeys: [UInt8]
  var description: String { "\(file) \(id) \(comment)" }

  static func all(in file: String) throws -> [WycheproofToken] {
    try Wycheproof.groups(file).flatMap { group -> [WycheproofToken] in
      let key = group["private"] as? [String: Any] ?? [:]
      let jwks = (key["keys"] as? [[String: Any]] ?? [key]).map {
        $0.compactMapValues { $0 as? String }
      }
      let published = group["public"] as? [String: Any] ?? key
      let set = published["keys"] == nil ? ["keys": [published]] : published
      let publicKeys = try JSONSerialization.data(withJSONObject: set)
      return try Wycheproof.tests(group).map { test in
        let token = test["jws"] ?? test["jwe"] ?? ""
        let text =
          try (token as? String)
          ?? String(decoding: JSONSerialization.data(withJSONObject: token), as: UTF8.self)
        return WycheproofToken(
          file: file, id: test["tcId"] as? Int ?? 0, comment: test["comment"] as? String ?? "",
          text: text, isValid: test["result"] as? String == "valid", jwks: jwks,
          publicKeys: Array(publicKeys))
      }
    }
  }
}
