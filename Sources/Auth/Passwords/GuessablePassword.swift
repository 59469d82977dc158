private import Support

/// Passwords that an attacker tries first (ASVS 6.2.4): the most common ones of eight characters or
/// more, and the user's own name. Case is ignored, and so are digits and punctuation at the end.
enum GuessablePassword {
  private static let common = Set(
    [
      "password", "passw0rd", "p@ssw0rd", "p@ssword", "passwort", "motdepasse", "contraseña",
      "qwertyui", "qwertyuiop", "qwerty", "qwertz", "azerty", "asdfghjk", "asdfghjkl", "zxcvbnm",
      "1q2w3e4r", "1q2w3e4r5t", "1qaz2wsx", "q1w2e3r4", "zaq12wsx", "qazwsxedc", "a1b2c3d4",
      "12345678", "123456789", "1234567890", "87654321", "987654321", "123123123", "11223344",
      "abcdefgh", "abcd", "abc", "iloveyou", "letmein", "welcome", "admin", "administrator",
      "login", "test", "testtest", "guest", "user", "root", "secret", "default", "master",
      "sunshine", "princess", "football", "baseball", "superman", "trustno", "whatever",
      "computer", "starwars", "dragon", "monkey", "shadow", "michelle", "jennifer", "calculator",
    ].map { Array($0.utf8) })

  static func matches(_ password: String, of user: UserName?) -> Bool {
    let bytes = password.utf8.map(ASCII.lowercase)
    let name = user?.subject.text.utf8.map(ASCII.lowercase)
    let word = Array(bytes[..<(bytes.lastIndex { !isDecoration($0) }.map { $0 + 1 } ?? 0)])
    return [bytes, word].contains { $0 == name || common.contains($0) }
  }

  /// Characters that people append to a word when a form asks for a digit or a punctuation mark.
  private static func isDecoration(_ byte: UInt8) -> Bool {
    0x30...0x39 ~= byte || [UInt8(ascii: "!"), UInt8(ascii: "."), UInt8(ascii: "?")].contains(byte)
  }
}
