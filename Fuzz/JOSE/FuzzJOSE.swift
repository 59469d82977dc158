import Auth
import Crypto
import JOSE
import JSON
import Support

// scripts/fuzz.sh makes its seeds with these four values.
private let secret = Array("the-secret-that-the-fuzzer-signs-with".utf8)
private let issuer = "fuzz"
private let audience = "fuzz"
private let now = WallTime(milliseconds: 1_800_000_000_000)

private let keys: KeySet = {
  guard let key = try? HMACKey(secret: secret) else { fatalError("the secret is long enough") }
  return KeySet(current: key)
}()
private let policy = AccessTokenPolicy(keys: keys, issuer: issuer, audience: audience)
private let ours = HMACSHA256(key: secret)
private let foreign = HMACSHA256(key: Array("another-secret-of-somebody-else-altogether".utf8))

private let goodHeader = Array(#"{"alg":"HS256","kid":"\#(keys.current.id)","typ":"at+jwt"}"#.utf8)
private let goodPayload = Array(
  #"{"iss":"fuzz","sub":"a","aud":"fuzz","iat":1,"exp":1800000001,"jti":"1","permissions":[]}"#.utf8
)

/// The entry point of libFuzzer. It tries the bytes as a whole token, as a signed payload and as a
/// signed header.
@_cdecl("LLVMFuzzerTestOneInput")
func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  let bytes = unsafe Array(UnsafeBufferPointer(start: start, count: count))
  check(String(decoding: bytes, as: UTF8.self))
  for (header, payload) in [(goodHeader, bytes), (bytes, goodPayload)] {
    check(token(header, payload, signedWith: ours))
    precondition(
      claims(token(header, payload, signedWith: foreign), as: .accessToken) == nil,
      "accepted the signature of another key")
  }
  return 0
}

/// Checks that an accepted access token is signed with the key, has the right issuer and audience,
/// is valid now, and is not accepted as another type.
private func check(_ text: String) {
  guard let claims = claims(text, as: .accessToken) else { return }
  let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
  precondition(parts.count == 3 && text.utf8.count <= CompactJWS.maximumLength)
  let input = Array(text.utf8.dropLast(parts[2].count + 1))
  precondition(
    parts[2].elementsEqual(base64URL(ours.code(for: input[...]))), "accepted a wrong signature")
  precondition(
    claims.issuer.utf8.elementsEqual(issuer.utf8)
      && claims.audience.contains { $0.utf8.elementsEqual(audience.utf8) }
      && claims.expiresAt > now && claims.issuedAt <= now && claims.notBefore ?? now <= now,
    "accepted another issuer, audience or time")
  checkHeader(text)
  precondition(
    verified(text, as: .refreshToken) == .failure(.wrongType), "accepted it as a refresh token")
  // Signed again, the same claims can be longer than a token may be. No other error is possible.
  switch Result(catching: { () throws(JWTError) in try keys.sign(claims, as: .accessToken) })
  {
  case .success(let again):
    precondition(verified(again, as: .accessToken) == .success(claims), "signed again, it differs")
  case .failure(let failure):
    precondition(failure == .tooLong, "cannot sign what was verified")
  }
}

private func checkHeader(_ text: String) {
  guard let bytes = try? CompactJWS(text).header,
    let header = try? JSONParser.parse(bytes).object
  else { fatalError("verified, not a token") }
  precondition(header["alg"] == "HS256" && header["kid"] == .string(keys.current.id))
  for name in ["crit", "b64", "jwk", "jku", "x5c", "x5u"] {
    precondition(header[name] == nil, "accepted a header with \(name)")
  }
}

private func verified(_ text: String, as type: TokenType) -> Result<TokenClaims, JWTError> {
  Result { () throws(JWTError) in try policy.verify(text, as: type, now: now) }
}

private func claims(_ text: String, as type: TokenType) -> TokenClaims? {
  try? verified(text, as: type).get()
}

/// A token with any header and payload. It does not call `JOSE`, which is under test.
private func token(_ header: [UInt8], _ payload: [UInt8], signedWith mac: HMACSHA256) -> String {
  let input = base64URL(header) + [UInt8(ascii: ".")] + base64URL(payload)
  let text = input + [UInt8(ascii: ".")] + base64URL(mac.code(for: input[...]))
  return String(decoding: text, as: UTF8.self)
}

private func base64URL(_ bytes: [UInt8]) -> [UInt8] {
  var text: [UInt8] = []
  for start in stride(from: 0, to: bytes.count, by: 3) {
    let size = min(start + 3, bytes.count) - start  // this many bytes need one character more
    var value = 0
    for offset in 0..<3 { value = value << 8 | (offset < size ? Int(bytes[start + offset]) : 0) }
    for place in 0...size { text.append(alphabet[value >> (18 - 6 * place) & 0x3F]) }
  }
  return text
}

private let alphabet = Array(
  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
