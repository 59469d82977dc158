private import Support

/// Public keys, and signatures that another program (PyCA cryptography) made with their private
/// keys, which were then deleted. The file is long because RSA signatures are.
package enum PublicKeyFixture {
  // MARK: Keys, in Base64url

  package static let modulus =
    """
    mPGh9fzsHsNsvY__X0BUsNJAC8K1g8mTYd1XJs-NtCLYrb37fOW0sg38LRDbu5V9aEZQh-fL-sLigraz10oPSuDnCT\
    ht3LzXU_K4Lmhj1b-z-Z3gUOT4_cgUmsCC7PT2RH2RHzInDn_7OxkspPyoZeY7m7v3DFnU6VG4i73a4-\
    1sg3CLG84ju3uXU792vlA6JOrcfroOL_13Bby54Pl2KYYW513INT5UWXSjg4q2dKFJHQHOu9q50aKwYxNjJRQ4tFzz\
    QW4i5roS5F7pq1-VNi2TM7mqTPwbKBIS-l2w-UmpQUMBDDABM5AWKSzhK67Vek0py64ssCmhJrWx4FF0LQ
    """
  package static let x = "u7lRc5U1gZV6cxoGkC-tCIb0KXmDDW8mAhVugeedvV0"
  package static let y = "U7isC2mNFjDPRmTWKL56Uh3yVsS9gGcx1pqO-UYx2AQ"
  package static let ed25519Key = "UsDyLBzHdZItZzLDzoZlbR9AEv_BtNfGQ1f4h2z3sBk"

  /// Members and JSON texts, without `alg` and `use`.
  package static let rsa: [(String, String)] = [
    ("kty", #""RSA""#), ("kid", #""rsa""#), ("n", #""\#(modulus)""#), ("e", #""AQAB""#),
  ]
  package static let ec: [(String, String)] = [
    ("kty", #""EC""#), ("kid", #""ec""#), ("crv", #""P-256""#), ("x", #""\#(x)""#),
    ("y", #""\#(y)""#),
  ]
  package static let okp: [(String, String)] = [
    ("kty", #""OKP""#), ("kid", #""ed""#), ("crv", #""Ed25519""#), ("x", #""\#(ed25519Key)""#),
  ]

  /// The bytes of `text`, which is Base64url.
  package static func bytes(_ text: String) -> [UInt8] {
    guard let bytes = Base64.url.decode(Array(text.utf8)) else { fatalError("not Base64url") }
    return bytes
  }

  // MARK: Signatures over `input(alg, kid)`, in Base64url

  package static func input(_ algorithm: String, _ kid: String) -> String {
    let header = Base64.url.text(of: Array(#"{"alg":"\#(algorithm)","kid":"\#(kid)"}"#.utf8))
    return "\(header).eyJzdWIiOiJhbnNoaWthIn0"  // {"sub":"anshika"}
  }

  package enum Signatures {
    /// Over `input("RS256", "rsa")`.
    package static let rs256 =
      """
      VTqL2wXfUufzt_7SltEM_prZvFqQIevIMolQoRctDzii6kTbzwPK3uQ6XNeA5ZyQ0styDiWTmdQAXxfqpXPDGX7jN9\
      GPUk_hWLL33ZtaePpwmXYxE_Je8mKYWTjMA6R5aAGxBNF-g4Cu_9Uehh5HVNe84fcFYvqeUWCN0l4vD-\
      _38Xdx_qTO8S54rLZKzgb138CPOfwPMxAFwWSWK0SJhCjYryfre7Ryg8ril3eL7OpUfXJ7Luu9yDEkD6g32HknSrLk\
      LhCxGNFr3IWoJ5clyuyVNSn6wkmljyvu6qP9P_68_GoC2icGYzyMvIuhv-Y-rrgbE5ebxH1plAlIrJxaiA
      """
    /// Over `input("PS256", "rsa")`.
    package static let ps256 =
      """
      K2LqEYU9vD2cLrosOM4pfn-8t8PIW0Ld_UQKSwdWW5Z53173FGPlyY6aMVmKKM1RiuXEg3PprOFDw-pFVo_PIzkCCa\
      nWdilJ8i5x1n4gpcNH01LbPSXCEDeurn4GY1IYnFOSpmQzIGwk8bZQXHok_pljJHpLbuKCPuNpgomppOS8j-\
      t7f5byVJ3lPUPxN_pWB55DhqjWr92YZ0gJ5KV486Ze_PqpJYpnfS1b1vFhe0DW_PrRF43NT_7rs1M_A3h6ax6sHdpm\
      OdtqbVDjGJJOZllsOjuAZRzruczQ_FhVX1wuVvj8d7rY2v3laaCTH-XlJ6-YBLmN8lFPGxBX0BQiBQ
      """
    /// Over `input("ES256", "ec")`.
    package static let es256 =
      """
      jxPUDHC_jw8Smv66ANhduI9c6k34FB98GqUwzdKkt-w5lX59aGviNmKBnoJt1Ny3ZF4adMQxJTA24lr-QuzJEw
      """
    /// Over `input("EdDSA", "ed")`.
    package static let edDSA =
      """
      1HyflUUY-nlxpqEqLz2uDkPv9MeltYUjsZA58sOiR6chuvnlx4a41RDgAQ45Qz1LbHMUXNOhqKG_NdlvrninBg
      """
    /// Over `input("Ed25519", "ed")`.
    package static let ed25519 =
      """
      eDrhNxCoFFVi3NLuMmTI-PmpOna9Adb4ZrXaZbRFeOuPX1roaJO8KkUUl9j5oAym53NbQuRLnJTbU2IecDnOBA
      """
    /// RSASSA-PKCS1-v1_5 over `input("PS256", "rsa")`.
    package static let pkcs1UnderPS256 =
      """
      KVz2rB2dj329UEqqI40y6g7qBKdA-Owk0KWEXpljW_T3j_O9UeBlEtj_6OhKqBIFWU0FWIltCoOs4J3ckaaQET0VXX\
      wgnwiD2zc9xrZ4eRemvEtMvNFia70au-t4W1UpcD80Iya5KgTCW0GybWrAAa3ynAobM9Kdb-Zmqq0cl4TJcAZXR-\
      YN6pi6-0P5HkjXjEdTCA4mVGpRbyhl3UsOCwCn0Z5r8IWaYZZKBviOce8kcjDsECqcYf-GWJp5Ofllkq-\
      CtAd8DOF1XVRa-puUtHueRFSNulbvnhERIXynRM_jguITPfl1H56zxsejWP4U3n00niLb7p4fzSkO7hKV5Q
      """
    /// RSASSA-PSS over `input("RS256", "rsa")`.
    package static let pssUnderRS256 =
      """
      i4flFpfDl_EuUxZxyIFSXngZCZZwTPCmLdTeOCJeDU8L6ZsIko8pj1FcbQyVgIp0IBPhNO3gk3qa58Z03_p9kWIj6Q\
      B7xJEIPxePBvhsnsPMoTlRlOPBa9ABcknkhqwTrgpYawmYcAtvSZ438r63VYQfSU2tymnCdlhohzFvCYRGFtLELhQW\
      f1cvPFVTfxbJMNzYVVmQ3fhyBMSkyXLk7fqpXsnbG9CZfJIqjTp9B6dyHN7NDjnWf4nDyxTaR9uB7gs7tl_dqn6EMg\
      NetkeaqkBbtYRGFKWynrWTJDOZNMbKTT_-dlNZYNLs0PUhKfZYLJVySoabRtI1v_p-beLYcA
      """
    /// RSASSA-PSS with a salt of 20 bytes, over `input("PS256", "rsa")`.
    package static let salt20 =
      """
      ZOB9n-G1GhxuA3HrVzTdkYQ7pIBtfXWoyZoNn41KYdqgQpDATFaFoJnDKq-L-sknlLJbNXy3iBIqJD0nw8X7cWaLN2\
      OOq9fimdfxC7oyIVg4cjKuyAPF-8hILDOP27hz0rrIwWBYIaT9ILNSLCo_6LYt9qpbH7YU1SzEXiDYYVHa-GB1_YbO\
      TVt8Dx7Yo5gobSz7J4bGx2In3Upe9Bzp1-\
      Rnx_1T78qPPMKeB3dIzp20FwLt45SHapbrAs2NRKBhdYWdPQR73dDjmJ-SvJ0szbM-\
      rOlq_MqfIA0b2YQwlcJiggBn5Lrr8oi4lPvQJrriABbKGG44yzXA0IpPFeQoVg
      """
    /// As `ps256`; its first byte is zero.
    package static let leadingZero =
      """
      AA16cv_7oZ3PN5wtsd0vd_dpzYzhdFPW6E0bwzBkS4KciWMo0Ac9w3yq_Io9xgrNQxeePO3fQitNRgNvpJvfbqzeAZ\
      xWb7sSfv-8ofwL-y5IUHLOB5UKhHtVSEBNgZO_cyAC6j-kRdQFG-\
      sYF_2jjmbktB5kjAvlQfLCEnC3VaIUPXJckRpHG1qLqaiD-\
      faRsuZrFJwCxGCC71QvFfYVi4rGi8DvqtkK4zyh4mg0SamNBJJWUjMzc-TyrY32CGI2yxkPtyBgvvNEip9kEz53Ici\
      OWn26kPBYHOY1A0wrhgScQ2Jee614ZmfCPyEuWe6oLxuBc66X00HslwvBF-lQOQ
      """
  }
}
