internal import CLibSSL
private import Support

/// The owner of one `SSL_CTX`: TLS 1.2 and 1.3 as RFC 9325 recommends, without session resumption.
///
/// Resumption needs a key that decrypts old sessions, or a table of sessions that unauthenticated
/// clients can fill. A full handshake costs one signature, and clients keep their connections open.
@safe struct SSLContext: ~Copyable {
  private let pointer: OpaquePointer

  /// - Throws: every case of `TLSError`.
  init(certificateChain: [UInt8], privateKey: [UInt8]) throws(TLSError) {
    LibSSL.initialize()
    guard let pointer = unsafe SSL_CTX_new(TLS_server_method()) else { fatalError("out of memory") }
    unsafe self.pointer = unsafe pointer
    harden()
    unsafe SSL_CTX_set_alpn_select_cb(pointer, selectProtocol, nil)
    try use(certificateChain, privateKey)
  }

  deinit { unsafe SSL_CTX_free(pointer) }

  /// A server session. It retains what it needs of this context.
  func makeSession() -> TLSSession {
    guard let session = unsafe SSL_new(pointer) else { fatalError("out of memory") }
    unsafe SSL_set_accept_state(session)
    return unsafe TLSSession(owning: session)
  }

  /// When the server's certificate expires, in seconds since 1970.
  var notAfter: Int64 {
    var days: Int32 = 0
    var seconds: Int32 = 0
    let epoch = unsafe ASN1_TIME_set(nil, 0)
    defer { unsafe ASN1_TIME_free(epoch) }
    let end = unsafe X509_get0_notAfter(SSL_CTX_get0_certificate(pointer))
    // This fails only for an invalid time. Such a certificate counts as expired.
    guard unsafe ASN1_TIME_diff(&days, &seconds, epoch, end) == 1 else { return 0 }
    return Int64(days) * 86_400 + Int64(seconds)
  }

  private func harden() {
    // RFC 9325 §4.2: for TLS 1.2 only ephemeral keys and AEAD. All suites of TLS 1.3 have both.
    let ciphers = "ECDHE+AESGCM:ECDHE+CHACHA20"
    // Leave out the finite-field groups: with keys of up to 8,192 bits, a client could keep a core
    // busy. X25519MLKEM768 needs OpenSSL 3.5 or later.
    let groups = "X25519:P-256:P-384:P-521"
    let isReady =
      // RFC 8996: no TLS 1.0, no TLS 1.1.
      unsafe control(SSL_CTRL_SET_MIN_PROTO_VERSION, Int(TLS1_2_VERSION))
      && SSL_CTX_set_cipher_list(pointer, ciphers) == 1
      && (set(groups: "X25519MLKEM768:" + groups) || set(groups: groups))
      // RFC 8446 §8: early data can be replayed.
      && SSL_CTX_set_max_early_data(pointer, 0) == 1
      // RFC 9325 §3.4: no session resumption.
      && SSL_CTX_set_num_tickets(pointer, 0) == 1
    guard isReady else { fatalError("libssl lacks TLS 1.2, ECDHE or AEAD") }
    unsafe SSL_CTX_ctrl(pointer, SSL_CTRL_SET_SESS_CACHE_MODE, Int(SSL_SESS_CACHE_OFF), nil)
    // RFC 9325 §3.3, §3.4, §3.5: no compression, no tickets, no renegotiation.
    unsafe SSL_CTX_set_options(
      pointer, clibssl_op_no_compression | clibssl_op_no_ticket | clibssl_op_no_renegotiation)
    // RFC 9325 §4.5: at least 112 bits in each key and signature.
    unsafe SSL_CTX_set_security_level(pointer, 2)
    // An idle connection holds no buffers.
    unsafe SSL_CTX_ctrl(pointer, SSL_CTRL_MODE, Int(SSL_MODE_RELEASE_BUFFERS), nil)
  }

  private func use(_ certificateChain: [UInt8], _ privateKey: [UInt8]) throws(TLSError) {
    var certificates = unsafe try PEM.certificates(in: certificateChain)
    defer {
      while let certificate = unsafe certificates.popLast() { unsafe X509_free(certificate) }
    }
    let key = unsafe try PEM.privateKey(in: privateKey)
    defer { unsafe EVP_PKEY_free(key) }
    defer { ERR_clear_error() }
    guard unsafe X509_check_private_key(certificates[0], key) == 1 else { throw .keyMismatch }
    var isUsed = unsafe SSL_CTX_use_certificate(pointer, certificates[0]) == 1
    for index in unsafe certificates.indices.dropFirst() where isUsed {
      // The 1 makes the context take its own reference.
      let certificate = unsafe UnsafeMutableRawPointer(certificates[index])
      isUsed = unsafe SSL_CTX_ctrl(pointer, SSL_CTRL_CHAIN_CERT, 1, certificate) == 1
    }
    guard isUsed, unsafe SSL_CTX_use_PrivateKey(pointer, key) == 1 else {
      switch ERR_GET_REASON(ERR_peek_last_error()) {
      case SSL_R_EE_KEY_TOO_SMALL, SSL_R_CA_KEY_TOO_SMALL, SSL_R_CA_MD_TOO_WEAK:
        throw .weakCertificate
      default: throw .unreadableCertificate
      }
    }
  }

  private func control(_ command: Int32, _ value: Int) -> Bool {
    unsafe SSL_CTX_ctrl(pointer, command, value, nil) == 1
  }

  private func set(groups: String) -> Bool {
    unsafe groups.withCString {
      unsafe SSL_CTX_ctrl(
        pointer, SSL_CTRL_SET_GROUPS_LIST, 0, UnsafeMutableRawPointer(mutating: $0)) == 1
    }
  }
}

/// RFC 7301 §3.2: a client that offers protocols without HTTP/1.1 gets no_application_protocol.
private let selectProtocol: SSL_CTX_alpn_select_cb_func = {
  _, selected, length, offered, offeredLength, _ in
  // A length byte and the name. `selected` points into this constant.
  let ours: StaticString = "\u{08}http/1.1"
  let isOffered = unsafe selected?.withMemoryRebound(
    to: UnsafeMutablePointer<UInt8>?.self, capacity: 1
  ) {
    unsafe SSL_select_next_proto(
      $0, length, ours.utf8Start, UInt32(ours.utf8CodeUnitCount), offered, offeredLength)
      == OPENSSL_NPN_NEGOTIATED
  }
  return isOffered == true ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL
}
