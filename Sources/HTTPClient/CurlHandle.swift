internal import Auth
internal import CCurl
private import Support

/// The owner of one easy handle of libcurl, with its idle connections.
@safe struct CurlHandle: ~Copyable {
  let pointer: UnsafeMutableRawPointer

  init() {
    LibCurl.initialize()
    guard let pointer = unsafe curl_easy_init() else { fatalError("out of memory") }
    unsafe self.pointer = unsafe pointer
  }

  deinit { unsafe curl_easy_cleanup(pointer) }

  /// Sends the request, and waits for the response. The handle keeps nothing of either.
  func perform(
    _ request: OutboundRequest, _ settings: CurlClient.Settings, _ transfer: consuming Transfer
  ) -> Result<OutboundResponse, OutboundError> {
    // ATTACKS O46: the connections stay; options, fields and pointers do not.
    defer { unsafe curl_easy_reset(pointer) }
    guard apply(settings),
      // ATTACKS O44: 0 would be no limit, and bytes that arrive do not extend the time.
      set(CURLOPT_TIMEOUT_MS, max(1, settings.timeout.milliseconds)),
      let fields = HeaderFields(request), prepare(request, fields)
    else { return .failure(.unreachable) }
    let code = withExtendedLifetime(fields) { run(&transfer) }
    guard code == CURLE_OK else { return .failure(Self.error(code, transfer)) }
    let status = unsafe ccurl_status(pointer)
    guard transfer.isHeadComplete, (200...599).contains(status), transfer.isBodyPlain else {
      return .failure(.unreachable)
    }
    return .success(
      OutboundResponse(status: status, fields: transfer.fields, body: transfer.body))
  }

  // MARK: Options

  /// - Returns: whether this libcurl has all options.
  func apply(_ settings: some CurlSettings) -> Bool {
    let certificates =
      settings.caFile.map {
        // Without the second, the folder of the system's certificates is trusted, too.
        set(CURLOPT_CAINFO, $0) && set(CURLOPT_CAPATH, nil)
      } ?? true
    let protocols = unsafe ccurl_set_protocols(pointer, settings.allowsLoopback ? 1 : 0)
    return certificates && protocols == CURLE_OK
      // One request at a time on a connection, and no compressed heads.
      && set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
      // RFC 8996: no TLS 1.0, no TLS 1.1.
      && set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
      && set(CURLOPT_SSL_VERIFYPEER, 1) && set(CURLOPT_SSL_VERIFYHOST, 2)  // RFC 9525, ATTACKS O48
      // ATTACKS O47: a redirect would send the fields to a server that no setting names.
      && set(CURLOPT_FOLLOWLOCATION, 0)
      // ATTACKS O50: set, so that no variable of the environment names a proxy, or takes it away.
      && set(CURLOPT_PROXY, settings.proxy ?? "") && set(CURLOPT_NOPROXY, "")
      && set(CURLOPT_CONNECTTIMEOUT_MS, max(1, settings.connectTimeout.milliseconds))
      // Signals would interrupt other threads.
      && set(CURLOPT_NOSIGNAL, 1)
      && set(CURLOPT_MAXCONNECTS, 4)
      && set(CURLOPT_USERAGENT, ServiceName.text)
  }

  func set(_ option: CURLoption, _ value: Int) -> Bool {
    unsafe ccurl_set_number(pointer, option, value) == CURLE_OK
  }

  func set(_ option: CURLoption, _ value: String?) -> Bool {
    unsafe ccurl_set_text(pointer, option, value) == CURLE_OK
  }

  /// Sets the URL, the fields, the method and the body.
  /// - Parameter fields: those of the request. They must live until the transfer has ended.
  func prepare(_ request: OutboundRequest, _ fields: HeaderFields) -> Bool {
    guard set(CURLOPT_URL, request.url),
      unsafe ccurl_set_fields(pointer, fields.list) == CURLE_OK
    else { return false }
    switch request.method {
    case .get: return true
    case .post(let body):
      // Never empty: without an address libcurl would read the body from standard input.
      let bytes = body.isEmpty ? [0] : body
      guard set(CURLOPT_POST, 1) else { return false }
      return unsafe bytes.withUnsafeBytes { bytes in
        unsafe ccurl_set_body(pointer, bytes.baseAddress, body.count) == CURLE_OK
      }
    case .delete: return set(CURLOPT_CUSTOMREQUEST, "DELETE")
    }
  }

  // MARK: The transfer

  private func run(_ transfer: inout Transfer) -> CURLcode {
    unsafe withUnsafeMutablePointer(to: &transfer) { transfer in
      let code = unsafe ccurl_set_callbacks(
        pointer, openSocket, takeLine, takeBody, UnsafeMutableRawPointer(transfer))
      return code == CURLE_OK ? unsafe curl_easy_perform(pointer) : code
    }
  }

  static func error(_ code: CURLcode, _ transfer: borrowing Transfer) -> OutboundError {
    if transfer.isTooLarge { return .tooLarge }
    switch code {
    case CURLE_OPERATION_TIMEDOUT: return .timeout
    case CURLE_COULDNT_CONNECT where transfer.isAddressRefused: return .refusedAddress
    // libcurl bounds one line of a head by itself.
    case CURLE_OUT_OF_MEMORY, CURLE_TOO_LARGE: return .tooLarge
    case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE,
      CURLE_SSL_CIPHER, CURLE_SSL_INVALIDCERTSTATUS:
      return .insecure
    case CURLE_URL_MALFORMAT: return .refusedURL
    default: return .unreachable
    }
  }
}

/// The header fields of a request, as a list of libcurl.
@safe final class HeaderFields {
  let list: UnsafeMutablePointer<curl_slist>

  /// `nil` without memory.
  init?(_ request: OutboundRequest) {
    // A name alone removes a field that libcurl adds. Some servers do not answer `Expect`.
    var lines = ["Expect:"]
    if case .post = request.method, !request.has("content-type") { lines.append("Content-Type:") }
    // `Name;` is a field with an empty value. libcurl would drop it with a colon.
    lines += request.fields.map { name, value in
      value.utf8.allSatisfy(ASCII.isSpace) ? "\(name);" : "\(name): \(value)"
    }
    var list: UnsafeMutablePointer<curl_slist>?
    for line in lines {
      guard let longer = unsafe curl_slist_append(list, line) else {
        unsafe curl_slist_free_all(list)
        return nil
      }
      unsafe list = unsafe longer
    }
    guard let list = unsafe list else { return nil }
    unsafe self.list = unsafe list
  }

  deinit { unsafe curl_slist_free_all(list) }
}

/// `CURLE_TOO_LARGE` of libcurl 8.6, which older headers lack.
private let CURLE_TOO_LARGE = CURLcode(100)
