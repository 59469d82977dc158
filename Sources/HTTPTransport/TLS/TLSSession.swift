internal import CLibSSL
internal import NIOCore
private import Support

/// The owner of one `SSL` and of the two memory BIOs that it reads from and writes to.
///
/// Each call first clears the thread's error queue. The connections of a loop share the queue, and
/// `SSL_get_error` would report the error of another connection.
@safe struct TLSSession: ~Copyable {
  /// The largest plaintext of one record, in bytes (RFC 8446 §5.1).
  static let recordLength = 16_384

  /// The largest ciphertext that is written to the input at once, in bytes. A memory BIO never
  /// shrinks.
  static let inputLength = 4_096

  private let pointer: OpaquePointer
  private let input: OpaquePointer
  private var output: OpaquePointer

  /// - Precondition: `SSL_set_accept_state` or `SSL_set_connect_state` was called for `session`.
  init(owning session: OpaquePointer) {
    guard let input = unsafe BIO_new(BIO_s_mem()), let output = unsafe BIO_new(BIO_s_mem()) else {
      fatalError("out of memory")
    }
    unsafe SSL_set_bio(session, input, output)  // `session` now owns both
    unsafe pointer = unsafe session
    unsafe self.input = unsafe input
    unsafe self.output = unsafe output
  }

  deinit { unsafe SSL_free(pointer) }

  /// Takes the next bytes from the peer, at most `inputLength`, so that no BIO grows beyond that.
  func receive(_ ciphertext: inout ByteBuffer) {
    let count = min(ciphertext.readableBytes, Self.inputLength)
    unsafe ciphertext.readWithUnsafeReadableBytes { bytes in
      let taken = unsafe BIO_write(input, bytes.baseAddress, Int32(count))
      guard taken == count else { fatalError("out of memory") }
      return count
    }
  }

  /// Continues the handshake as far as the input allows.
  func handshake() -> TLSOutcome {
    ERR_clear_error()
    return unsafe outcome(of: SSL_do_handshake(pointer))
  }

  /// Decrypts all input. Never returns `done`.
  func read(into plaintext: inout ByteBuffer) -> TLSOutcome {
    var outcome = TLSOutcome.done
    while outcome == .done {
      unsafe plaintext.writeWithUnsafeMutableBytes(minimumWritableBytes: 1_024) { bytes in
        var count = 0
        ERR_clear_error()
        outcome = unsafe self.outcome(
          of: SSL_read_ex(pointer, bytes.baseAddress, bytes.count, &count))
        return count
      }
    }
    return outcome
  }

  /// Encrypts `plaintext` and appends it to `ciphertext`, in as few records as possible.
  mutating func write(_ plaintext: inout ByteBuffer, to ciphertext: inout ByteBuffer) -> TLSOutcome
  {
    var outcome = TLSOutcome.done
    while outcome == .done, plaintext.readableBytes > 0 {
      unsafe plaintext.readWithUnsafeReadableBytes { bytes in
        var count = 0
        ERR_clear_error()
        outcome = unsafe self.outcome(
          of: SSL_write_ex(
            pointer, bytes.baseAddress, min(bytes.count, Self.recordLength), &count))
        return count
      }
      takeOutput(into: &ciphertext)
    }
    return outcome
  }

  /// Puts close_notify into the output (RFC 8446 §6.1).
  func end() {
    ERR_clear_error()
    unsafe SSL_shutdown(pointer)
  }

  /// Moves the output for the peer to the end of `ciphertext`.
  mutating func takeOutput(into ciphertext: inout ByteBuffer) {
    let count = unsafe BIO_ctrl_pending(output)
    guard count > 0 else { return }
    unsafe ciphertext.writeWithUnsafeMutableBytes(minimumWritableBytes: count) { bytes in
      Int(unsafe BIO_read(output, bytes.baseAddress, Int32(clamping: count)))
    }
    if count > Self.inputLength { replaceOutput() }
  }

  /// The memory that the two BIOs keep, in bytes.
  var capacity: Int { unsafe Self.capacity(of: input) + Self.capacity(of: output) }

  private static func capacity(of bio: OpaquePointer) -> Int {
    var buffer: UnsafeMutablePointer<BUF_MEM>?
    unsafe BIO_ctrl(bio, BIO_C_GET_BUF_MEM_PTR, 0, &buffer)
    return unsafe buffer?.pointee.max ?? 0
  }

  /// Frees the memory of a large output (ATTACKS R12).
  private mutating func replaceOutput() {
    guard let output = unsafe BIO_new(BIO_s_mem()) else { fatalError("out of memory") }
    unsafe SSL_set0_wbio(pointer, output)  // frees the old one
    unsafe self.output = unsafe output
  }

  private func outcome(of result: Int32) -> TLSOutcome {
    guard result != 1 else { return .done }
    return switch unsafe SSL_get_error(pointer, result) {
    case SSL_ERROR_WANT_READ: .wantsInput
    case SSL_ERROR_ZERO_RETURN: .ended
    default: .failed
    }
  }
}
