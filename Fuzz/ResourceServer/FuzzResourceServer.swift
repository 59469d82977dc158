import Auth
import JOSE
import JSON
import ResourceServer
import Support

private let issuer = "https://idp.example"
private let now = WallTime(milliseconds: 1_800_000_000_000)
private let policy = ProviderTokenPolicy(
  issuer: issuer, audiences: ["fuzz"], types: [.accessToken, .jwt], permissions: .scopesAreNames,
  namesInLog: true)

/// The entry point of libFuzzer. It tries the bytes as each text that an identity provider sends or
/// that a setting names: a JWK set, metadata, a permission map, an authority file and claims.
@_cdecl("LLVMFuzzerTestOneInput")
func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  let bytes = unsafe Array(UnsafeBufferPointer(start: start, count: count))
  let object = try? JSONParser.parse(bytes).object
  if let keys = try? PublicKeySet(bytes) {
    precondition(object?["keys"] != nil && keys.skipped.count <= PublicKeySet.maximumKeys)
  }
  if let metadata = try? ProviderMetadata(bytes, issuer: issuer) {
    precondition(object?["issuer"] == .string(issuer), "accepted metadata of another issuer")
    for url in [metadata[.keys], metadata[.introspection]].compactMap(\.self) {
      precondition(url.utf8.allSatisfy { 0x21...0x7E ~= $0 }, "accepted a URL that is none")
    }
  }
  if let map = try? PermissionMap(file: bytes) {
    for permission in Permission.known {
      precondition(map.scopes(for: permission).count <= 1)
    }
  }
  if (try? FileAuthority(file: bytes)) != nil { precondition(object?["allow"] != nil) }
  for type in [ProviderTokenType.accessToken, .jwt] {
    guard let object, let identity = try? policy.identity(for: object, type: type, now: now) else {
      continue
    }
    precondition(
      object["iss"] == .string(issuer) && object["cnf"] == nil
        && object["sub"] == .string(identity.subject.text),
      "accepted claims that say something else")
    precondition(
      object["aud"] == "fuzz" || object["aud"]?.strings?.contains("fuzz") == true,
      "accepted another audience")
    precondition(
      identity.permissions.isEmpty || object["scope"] != nil || object["scp"] != nil,
      "granted a permission without a scope")
  }
  return 0
}
