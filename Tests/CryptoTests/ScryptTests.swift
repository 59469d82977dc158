import Testing

@testable import Crypto

struct ScryptTests {
  struct Row: CustomTestStringConvertible, Sendable {
    var testDescription: String { "N=\(cost) r=\(blockSize) p=\(parallelism)" }
    let password: String
    let salt: String
    let cost: Int
    let blockSize: Int
    let parallelism: Int
    let key: String
  }

  /// RFC 7914 §12, except for the last vector, which needs 1 GiB.
  @Test(arguments: [
    Row(
      password: "", salt: "", cost: 16, blockSize: 1, parallelism: 1,
      key: "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442"
        + "fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906"),
    Row(
      password: "password", salt: "NaCl", cost: 1024, blockSize: 8, parallelism: 16,
      key: "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162"
        + "2eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640"),
    Row(
      password: "pleaseletmein", salt: "SodiumChloride", cost: 16384, blockSize: 8, parallelism: 1,
      key: "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2"
        + "d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887"),
  ])
  func derives(_ row: Row) {
    let key = Scrypt.derive(
      password: Array(row.password.utf8), salt: Array(row.salt.utf8), cost: row.cost,
      blockSize: row.blockSize, parallelism: row.parallelism, length: 64)
    #expect(key.map(hexadecimal) == row.key)
  }

  /// Above libcrypto's own limit of 32 MiB.
  @Test func worksIn64MiB() {
    let key = Scrypt.derive(
      password: [], salt: [], cost: 1 << 16, blockSize: 8, parallelism: 1, length: 32)
    #expect(key?.count == 32)
  }

  @Test(arguments: [
    (0, 8, 1), (1, 8, 1), (15, 8, 1), (16, 0, 1), (16, 8, 0), (-16, 8, 1), (16, 8, -1),
  ])
  func refusesWhatScryptHasNot(_ cost: Int, _ blockSize: Int, _ parallelism: Int) {
    #expect(
      Scrypt.derive(
        password: [1], salt: [2], cost: cost, blockSize: blockSize, parallelism: parallelism,
        length: 32) == nil)
  }

  private func hexadecimal(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
