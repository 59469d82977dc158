private import Support
private import SystemC

/// Reads a line from the terminal of a command.
package enum TerminalInput {
  /// Reads a line, which is not shown: it has a code.
  ///
  /// The line discipline keeps at most 4,096 bytes of a line (1,024 on macOS), and an address may
  /// have more. So the terminal passes each byte, and the keys that delete are handled here. It
  /// blocks: call it in a pool.
  /// - Parameters:
  ///   - limit: in bytes. The rest of a longer line is read and discarded.
  ///   - terminal: the terminal; standard input if there is none.
  /// - Returns: `nil` at the end of the input, and for a line that is too long.
  package static func readLine(limit: Int, from terminal: String = "/dev/tty") -> [UInt8]? {
    let opened = unsafe open(terminal, O_RDONLY | O_NOCTTY | O_CLOEXEC)
    defer { if opened >= 0 { close(opened) } }
    let input = opened >= 0 ? opened : 0
    var saved = termios()
    let isTerminal = unsafe tcgetattr(input, &saved) == 0
    if isTerminal {
      var changed = saved
      changed.c_lflag &= ~tcflag_t(ICANON | ECHO)
      unsafe tcsetattr(input, TCSANOW, &changed)
    }
    defer { if isTerminal { unsafe tcsetattr(input, TCSANOW, &saved) } }
    return line(limit: limit, isTerminal: isTerminal) {
      var byte: UInt8 = 0
      var count = 0
      repeat { count = unsafe read(input, &byte, 1) } while count < 0 && errno == EINTR
      return count == 1 ? byte : nil
    }
  }

  static func line(limit: Int, isTerminal: Bool, next: () -> UInt8?) -> [UInt8]? {
    var (line, isTooLong): ([UInt8], Bool) = ([], false)
    while let byte = next() {
      switch byte {
      case ASCII.lineFeed, ASCII.carriageReturn: return isTooLong ? nil : line
      case 0x08 where isTerminal, 0x7F where isTerminal: _ = line.popLast()
      case 0x15 where isTerminal: (line, isTooLong) = ([], false)  // Ctrl-U
      case 0x04 where isTerminal: return nil  // Ctrl-D
      case _ where line.count == limit: isTooLong = true
      default: line.append(byte)
      }
    }
    return line.isEmpty || isTooLong ? nil : line
  }
}
