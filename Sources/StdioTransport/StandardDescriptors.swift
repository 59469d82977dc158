private import Support
private import SystemC

/// Standard input, output and error.
package enum StandardDescriptors {
  /// Opens `/dev/null` for each of them that the parent closed. Call it at the start of `main`: the
  /// system gives the lowest free number to the next descriptor, so a pipe or a socket of this
  /// process would become its standard input or output (CWE-910, ATTACKS S21).
  package static func open() {
    for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) < 0 {
      _ = unsafe openNull("/dev/null", O_RDWR)
    }
  }
}

// Inside `StandardDescriptors`, `open` hides the system call of the same name. This function
// reaches the system call.
private func openNull(_ path: UnsafePointer<CChar>, _ flags: Int32) -> Int32 {
  unsafe open(path, flags)
}
