import Auth
import Support
import TestSupport
import Testing

@testable import Upstream

/// Which credential a call has. The table below is the rule; the code is compared with it for each
/// combination of inputs.
struct CredentialChoiceTests {
  /// A combination of inputs. The words are those of the table.
  struct Input: Sendable, CustomTestStringConvertible {
    var form = "basic"
    var header = "absent"
    var on = "on"
    var connection = "none"
    var shared = "no"
    var guest = "no"
    var own = "none"
    var auth = "unset"

    var words: [String] { [form, header, on, connection, shared, guest, own, auth] }
    var testDescription: String { words.joined(separator: " ") }
  }

  static let headers: [(word: String, values: [String])] = [
    ("absent", []), ("token", ["tok"]), ("pair", ["anna:tok"]), ("empty", [""]),
    ("two", ["anna:tok", "anna:tok"]), ("empty-two", ["", "anna:tok"]),
    ("break", ["anna:t\nX-Jira-Token: b"]), ("foreign", ["anna:t\u{F6}k"]), ("space", ["anna:t k"]),
    ("no-user", [":tok"]), ("no-token", ["anna:"]),
    ("long", ["anna:" + String(repeating: "t", count: (8 << 10) - 4)]),
  ]
  static let connections: [(word: String, state: ConnectionState)] = [
    ("none", .none),
    ("token", .token(ConnectedToken(access: Secret("acc"), siteID: "s"))),
    ("ended", .failed(.ended)), ("damaged", .failed(.damaged)), ("down", .failed(.unavailable)),
    ("not", .failed(.notConnected)),
  ]
  static let owns: [(word: String, credential: UpstreamCredential?)] = [
    ("none", nil), ("bearer", .bearer(Secret("own"))),
    ("basic", .basic(user: "robot", password: Secret("own"))),
  ]
  static let auths: [(word: String, type: UpstreamAuthType?)] = [
    ("unset", nil), ("token", .token), ("basic", .basic), ("anonymous", .anonymous),
    ("oauth", .oauth),
  ]

  /// form, header, headers on or off, connection, shared, guest, own, type → outcome. `*` is every
  /// word, `!` every other one, `|` stands between several. Exactly one row is about an input.
  static let table = """
    *      !absent                off     *        *   *   *       *           headersOff
    *      two|empty-two          on      *        *   *   *       *           severalValues
    *      empty                  on      *        *   *   *       *           empty
    *      long                   on      *        *   *   *       *           tooLong
    *      break|foreign          on      *        *   *   *       *           malformed
    bearer space                  on      *        *   *   *       *           malformed
    bearer token                  on      *        *   *   *       *           header bearer tok
    bearer pair                   on      *        *   *   *       *           header bearer anna:tok
    bearer no-user                on      *        *   *   *       *           header bearer :tok
    bearer no-token               on      *        *   *   *       *           header bearer anna:
    basic  token|no-user|no-token on      *        *   *   *       *           malformed
    basic  pair                   on      *        *   *   *       *           header basic anna tok
    basic  space                  on      *        *   *   *       *           header basic anna t k
    *      absent                 *       token    *   no  *       *           connection bearer acc
    *      absent                 *       token    *   yes *       *           none
    *      absent                 *       ended    *   *   *       *           connection ended
    *      absent                 *       damaged  *   *   *       *           connection damaged
    *      absent                 *       down     *   *   *       *           connection unavailable
    *      absent                 *       not      *   *   *       *           connection notConnected
    *      absent                 *       none     yes no  bearer  *           shared bearer own
    *      absent                 *       none     yes no  basic   *           shared basic robot own
    *      absent                 *       none     yes no  none    anonymous   anonymous
    *      absent                 *       none     yes no  none    !anonymous  none
    *      absent                 *       none     yes yes *       anonymous   anonymous
    *      absent                 *       none     yes yes *       !anonymous  none
    *      absent                 *       none     no  *   *       anonymous   anonymous
    *      absent                 *       none     no  *   *       !anonymous  none
    """

  struct Row {
    let patterns: [String]
    let outcome: String

    init(_ line: String) {
      let words = line.parts(at: " ").filter { !$0.isEmpty }
      (patterns, outcome) = (Array(words.prefix(8)), words.dropFirst(8).joined(separator: " "))
    }

    func isAbout(_ input: Input) -> Bool {
      zip(patterns, input.words).allSatisfy { pattern, word in
        if pattern == "*" { return true }
        return pattern.parts(at: "|").contains(word)
          || pattern.hasBytes(atStart: "!") && pattern != "!\(word)"
      }
    }
  }

  static let rows = table.parts(at: "\n").map(Row.init)

  /// What the code does with an input, in the words of the table.
  static func outcome(_ input: Input) throws -> String {
    let rules = CredentialRules(
      service: .jira, form: input.form == "basic" ? .basic : .bearer,
      takesHeaders: input.on == "on",
      authType: try #require(auths.first { $0.word == input.auth }).type,
      own: try #require(owns.first { $0.word == input.own }).credential)
    let values = try #require(headers.first { $0.word == input.header }).values
    let state = try #require(connections.first { $0.word == input.connection }).state
    do throws(CredentialError) {
      let choice = try CredentialChoice.choose(
        rules, header: values.map { Secret($0) }, connection: state,
        isShared: input.shared == "yes", isGuest: input.guest == "yes")
      return switch choice.credential {
      case .bearer(let token): "\(choice.source) bearer \(token.exposed)"
      case .basic(let user, let password): "\(choice.source) basic \(user) \(password.exposed)"
      case .anonymous: "\(choice.source)"
      }
    } catch {
      return switch error {
      case .headersOff: "headersOff"
      case .severalValues: "severalValues"
      case .empty: "empty"
      case .tooLong: "tooLong"
      case .malformed(let form):
        "malformed" + ("\(form)" == input.form ? "" : " as another form")
      case .connection(let reason): "connection \(reason)"
      case .none: "none"
      }
    }
  }

  /// All 25,920 combinations.
  /// ATTACKS O145
  @Test(arguments: ["basic", "bearer"])
  func theTableDecides(_ form: String) throws {
    var count = 0
    for header in Self.headers {
      for on in ["on", "off"] {
        for connection in Self.connections {
          for shared in ["yes", "no"] {
            for guest in ["yes", "no"] {
              for own in Self.owns {
                for auth in Self.auths {
                  let input = Input(
                    form: form, header: header.word, on: on, connection: connection.word,
                    shared: shared, guest: guest, own: own.word, auth: auth.word)
                  let rows = Self.rows.filter { $0.isAbout(input) }
                  try #require(rows.count == 1, "\(input.testDescription)")
                  try #require(
                    Self.outcome(input) == rows[0].outcome, "\(input.testDescription)")
                  count += 1
                }
              }
            }
          }
        }
      }
    }
    #expect(count == 12 * 2 * 6 * 2 * 2 * 3 * 5)
  }

  struct Named: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let input: Input
    let outcome: String
  }

  /// The rows that matter most, apart from the table.
  /// ATTACKS O145, O147
  @Test(arguments: [
    Named(
      testDescription: "a header before everything",
      input: Input(
        header: "pair", connection: "token", shared: "yes", own: "basic", auth: "anonymous"),
      outcome: "header basic anna tok"),
    Named(
      testDescription: "a header hides a connection that has ended",
      input: Input(header: "pair", connection: "ended", auth: "oauth"),
      outcome: "header basic anna tok"),
    Named(
      testDescription: "an empty header is not absent",
      input: Input(
        header: "empty", connection: "token", shared: "yes", own: "basic", auth: "oauth"),
      outcome: "empty"),
    Named(
      testDescription: "a malformed header is not absent",
      input: Input(
        header: "token", connection: "token", shared: "yes", own: "basic", auth: "oauth"),
      outcome: "malformed"),
    Named(
      testDescription: "several values are not the first",
      input: Input(header: "two", connection: "token"), outcome: "severalValues"),
    Named(
      testDescription: "a header that is off is not ignored",
      input: Input(header: "pair", on: "off", connection: "token", auth: "oauth"),
      outcome: "headersOff"),
    Named(
      testDescription: "a header that is off and empty is not ignored",
      input: Input(header: "empty", on: "off", shared: "yes", own: "basic", auth: "basic"),
      outcome: "headersOff"),
    Named(
      testDescription: "a connection before the server's own",
      input: Input(connection: "token", shared: "yes", own: "bearer", auth: "oauth"),
      outcome: "connection bearer acc"),
    Named(
      testDescription: "a connection that has ended is not absent",
      input: Input(connection: "ended", shared: "yes", own: "bearer", auth: "oauth"),
      outcome: "connection ended"),
    Named(
      testDescription: "a connection without an answer is not absent",
      input: Input(connection: "down", shared: "yes", own: "bearer", auth: "anonymous"),
      outcome: "connection unavailable"),
    Named(
      testDescription: "the server's own for a caller with a row",
      input: Input(shared: "yes", own: "bearer", auth: "token"), outcome: "shared bearer own"),
    Named(
      testDescription: "not the server's own without a row",
      input: Input(own: "bearer", auth: "token"), outcome: "none"),
    Named(
      testDescription: "not the server's own for a guest",
      input: Input(shared: "yes", guest: "yes", own: "bearer", auth: "token"), outcome: "none"),
    Named(
      testDescription: "no connection of a guest",
      input: Input(connection: "token", guest: "yes", auth: "oauth"), outcome: "none"),
    Named(
      testDescription: "without a credential only by the setting",
      input: Input(auth: "anonymous"), outcome: "anonymous"),
    Named(testDescription: "nothing is not anonymous", input: Input(), outcome: "none"),
  ])
  func decides(_ row: Named) throws { #expect(try Self.outcome(row.input) == row.outcome) }

  /// No connection is another state than a connection that fails.
  @Test func theAbsenceOfAConnectionIsNoFailure() {
    func word(_ result: Result<ConnectedToken, ConnectionError>) -> String {
      switch ConnectionState(result) {
      case .none: "none"
      case .token(let token): token.access.exposed
      case .failed(let error): "\(error)"
      }
    }
    let token = ConnectedToken(access: Secret("acc"), siteID: nil)
    #expect(word(.success(token)) == "acc")
    #expect(word(.failure(.notConnected)) == "none")
    for error in [ConnectionError.ended, .unavailable, .refused, .damaged, .overloaded] {
      #expect(word(.failure(error)) == "\(error)")
    }
  }
}
