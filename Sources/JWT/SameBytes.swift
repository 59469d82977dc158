/// Whether two texts are the same code unit by code unit (RFC 7519 §7.3), where Swift's `==` would
/// take "é" composed and decomposed for one; in time that depends on them, so not for secrets.
func sameBytes(_ a: String, _ b: String) -> Bool {
  a.utf8.count == b.utf8.count && a.utf8.elementsEqual(b.utf8)
}
