private import Support
private import SystemC

/// Standard input, output and error.
package enum StandardDescriptors {
  /// Opens `/dev/null` in the place of each one that the parent closed. Call it at the start of `main`:
  /// the system gives the lowest free number to whatever is opened first, so a pipe or a socket of this
  /// process would become its standard input or output (CWE-910, ATTACKS S21).
  package static func open() {
    for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) < 0 {
      _ = unsafe openNull("/dev/null", O_RDWR)
    }
  }
}

// `StandardDescriptors.open` has the name of the system call, which only this sees.
private func openNull(_ path: UnsafePointer<CChar>, _ flags: Int32) -> Int32 {
  unsafe open(path, flags)
}
