import Support
import TestSupport
import Testing

@testable import JOSE

/// The examples of the RFCs. Their headers have no `kid`, so the key verifies the signing input.
struct PublicKeyExampleTests {
  struct Example: CustomTestStringConvertible, Sendable {
    let name: String
    let algorithm: String
    let jwk: String
    let token: String
    var testDescription: String { name }
  }

  static let claims = """
    eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0\
    cnVlfQ
    """

  static let examples = [
    Example(
      name: "RFC 7515 A.2", algorithm: "RS256",
      jwk: """
        {"kty":"RSA","kid":"a","e":"AQAB","n":"\
        ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt\
        0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSX\
        ndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5\
        IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ\
        "}
        """,
      token: "eyJhbGciOiJSUzI1NiJ9.\(claims)." + """
        cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W\
        2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkS\
        jtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnv\
        Wh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw
        """),
    Example(
      name: "RFC 7515 A.3", algorithm: "ES256",
      jwk: #"""
        {"kty":"EC","kid":"a","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",\#
        "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}
        """#,
      token: "eyJhbGciOiJFUzI1NiJ9.\(claims)." + """
        DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q
        """),
    Example(
      name: "RFC 8037 A.4", algorithm: "EdDSA",
      jwk: #"""
        {"kty":"OKP","kid":"a","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
        """#,
      token: "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc." + """
        hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg
        """),
  ]

  @Test(arguments: examples)
  func verifies(_ example: Example) throws {
    let keys = PublicKeyTokens.set([example.jwk])
    let header = try JWSHeader(Array(#"{"alg":"\#(example.algorithm)","kid":"a"}"#.utf8))
    let token = try CompactJWS(example.token)
    let key = try keys.key(for: header)
    #expect(key.isValid(token.signature, over: token.signingInput))
    #expect(!key.isValid(token.signature, over: token.signingInput + [0]))
    // A token without kid is refused, although its signature is valid.
    #expect(PublicKeyTokens.failure(example.token, keys: keys) == .missingKeyID)
  }
}
