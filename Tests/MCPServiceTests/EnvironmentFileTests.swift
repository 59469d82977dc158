import Testing

@testable import MCPService

struct EnvironmentFileTests {
  struct Row: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let text: String
    let values: [String: String]

    init(_ name: String, _ text: String, _ values: [String: String]) {
      (testDescription, self.text, self.values) = (name, text, values)
    }
  }

  @Test(arguments: [
    Row("plain", "A=b", ["A": "b"]),
    Row("comments and blank lines", "# c\n\n  # d\nA=b", ["A": "b"]),
    Row("export", "export A=b", ["A": "b"]),
    Row("spaces around the value", "A= b \t", ["A": "b"]),
    Row("comment behind the value", "A=b # c", ["A": "b"]),
    Row("a # inside is no comment", "A=b#c", ["A": "b#c"]),
    Row("a # at the start is none either", "A=#b", ["A": "#b"]),
    Row("only a comment behind =", "A= # c", ["A": ""]),
    Row("empty", "A=", ["A": ""]),
    Row("equals in the value", "A=b=c==", ["A": "b=c=="]),
    Row("single quotes", #"A='b \n "c" # d' # e"#, ["A": #"b \n "c" # d"#]),
    Row("double quotes", #"A="b\n\"c\" \\ # d""#, ["A": "b\n\"c\" \\ # d"]),
    Row("CRLF", "A=b\r\nB=c\r\n", ["A": "b", "B": "c"]),
    Row("a combining mark behind = is a part of the value", "A=\u{301}b", ["A": "\u{301}b"]),
    Row("a no-break space is a part of the value", "A=b\u{A0}", ["A": "b\u{A0}"]),
    Row("nothing is expanded", "A=$HOME`id`", ["A": "$HOME`id`"]),
  ])
  func reads(_ row: Row) throws {
    let lines = SecretFile.lines(of: Array(row.text.utf8))
    let entries = try EnvironmentFile.parse(lines)
    let values = Dictionary(
      entries.map { ($0.name, String(decoding: $0.value, as: UTF8.self)) }, uniquingKeysWith: { $1 }
    )
    #expect(values == row.values)
  }

  /// ATTACKS S19: a byte that is not text stays unchanged.
  @Test func valuesAreBytes() throws {
    let entries = try EnvironmentFile.parse([[0x41, 0x3D, 0x62, 0xFF, 0xC3]])
    #expect(entries == [EnvironmentFile.Entry(name: "A", value: [0x62, 0xFF, 0xC3], line: 1)])
  }

  @Test(arguments: [
    ("no equals sign", "A=b\nCALCULATOR_API_KEY", 2), ("name with a dash", "A-B=c", 1),
    ("name that starts with a digit", "1A=b", 1), ("space before =", "A =b", 1),
    ("no name", "=b", 1),
    ("open quote", "A='b", 1), ("text behind a quote", "A='b'c", 1),
    ("unknown escape", #"A="\x""#, 1),
  ])
  func refuses(_ name: String, _ text: String, _ line: Int) {
    let error = #expect(throws: EnvironmentFile.InvalidLines.self) {
      try EnvironmentFile.parse(SecretFile.lines(of: Array(text.utf8)))
    }
    #expect(error?.numbers == [line])
  }
}
