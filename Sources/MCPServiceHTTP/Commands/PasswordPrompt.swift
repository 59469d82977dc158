private import SystemC
private import StdioTransport
private import Support

/// Asks for a password.
package enum PasswordPrompt {
  /// Reads a line of standard input, without echo on a terminal; `nil` at the end of the input.
  package static func read() -> String? {
    guard isatty(STDIN_FILENO) == 1 else { return readLine() }
    var shown = termios()
    guard unsafe tcgetattr(STDIN_FILENO, &shown) == 0 else { return readLine() }
    var hidden = shown
    hidden.c_lflag &= ~tcflag_t(ECHO)
    unsafe tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden)
    defer { unsafe tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown) }
    let terminal = StandardErrorSink()
    defer { terminal.flush() }
    terminal.write(Array("Password: ".utf8))
    terminal.flush()
    defer { terminal.write([UInt8(ascii: "\n")]) }
    return readLine()
  }
}
