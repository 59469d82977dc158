#pragma once
#include <curl/curl.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

// Swift does not import functions with variable arguments.

static inline CURLcode ccurl_set_number(CURL *handle, CURLoption option, long value) {
  return curl_easy_setopt(handle, option, value);
}

// Null restores what libcurl does without the option. libcurl copies the text.
static inline CURLcode ccurl_set_text(CURL *handle, CURLoption option, const char *value) {
  return curl_easy_setopt(handle, option, value);
}

// libcurl copies neither the list nor the bytes.
static inline CURLcode ccurl_set_fields(CURL *handle, const struct curl_slist *fields) {
  return curl_easy_setopt(handle, CURLOPT_HTTPHEADER, fields);
}

// Each callback gets `context`.
static inline CURLcode ccurl_set_callbacks(
    CURL *handle, curl_opensocket_callback open, curl_write_callback head,
    curl_write_callback body, void *context) {
  CURLcode code = curl_easy_setopt(handle, CURLOPT_OPENSOCKETFUNCTION, open);
  if (code == CURLE_OK) code = curl_easy_setopt(handle, CURLOPT_OPENSOCKETDATA, context);
  if (code == CURLE_OK) code = curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, head);
  if (code == CURLE_OK) code = curl_easy_setopt(handle, CURLOPT_HEADERDATA, context);
  if (code == CURLE_OK) code = curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, body);
  if (code == CURLE_OK) code = curl_easy_setopt(handle, CURLOPT_WRITEDATA, context);
  return code;
}

// libcurl 7.85 replaced the numbers with texts.
static inline CURLcode ccurl_set_protocols(CURL *handle, int allows_http) {
#if LIBCURL_VERSION_NUM >= 0x075500
  return curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, allows_http ? "https,http" : "https");
#else
  return curl_easy_setopt(
      handle, CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTPS | (allows_http ? CURLPROTO_HTTP : 0)));
#endif
}

static inline long ccurl_status(CURL *handle) {
  long status = 0;
  return curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK ? status : 0;
}

// libcurl copies the bytes. A size of 0 is a body, too; `bytes` is never null.
static inline CURLcode ccurl_set_body(CURL *handle, const void *bytes, long size) {
  CURLcode code = curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)size);
  return code == CURLE_OK ? curl_easy_setopt(handle, CURLOPT_COPYPOSTFIELDS, bytes) : code;
}

static inline CURLcode ccurl_set_private(CURL *handle, void *context) {
  return curl_easy_setopt(handle, CURLOPT_PRIVATE, context);
}

static inline void *ccurl_private(CURL *handle) {
  char *context = NULL;
  return curl_easy_getinfo(handle, CURLINFO_PRIVATE, &context) == CURLE_OK ? context : NULL;
}

// Continues a transfer that a callback has paused.
static inline CURLcode ccurl_continue(CURL *handle) {
  return curl_easy_pause(handle, CURLPAUSE_CONT);
}

static inline CURLMcode ccurl_multi_set_number(CURLM *multi, CURLMoption option, long value) {
  return curl_multi_setopt(multi, option, value);
}

// A transfer that has ended, and its result; null if there is none.
static inline CURL *ccurl_multi_next_ended(CURLM *multi, CURLcode *result) {
  int left = 0;
  for (CURLMsg *message; (message = curl_multi_info_read(multi, &left));) {
    if (message->msg == CURLMSG_DONE) {
      *result = message->data.result;
      return message->easy_handle;
    }
  }
  return NULL;
}

// Such as "OpenSSL/3.0.19"; null without TLS.
static inline const char *ccurl_tls_library(void) {
  return curl_version_info(CURLVERSION_NOW)->ssl_version;
}

// The first bytes of `address`: 4, 16, or 0 for another family.
static inline int ccurl_address(const struct curl_sockaddr *address, unsigned char bytes[16]) {
  switch (address->family) {
  case AF_INET:
    memcpy(bytes, &((const struct sockaddr_in *)&address->addr)->sin_addr, 4);
    return 4;
  case AF_INET6:
    memcpy(bytes, &((const struct sockaddr_in6 *)&address->addr)->sin6_addr, 16);
    return 16;
  default:
    return 0;
  }
}

// What libcurl does without a callback, and no process that this one starts gets the socket.
static inline curl_socket_t ccurl_open(const struct curl_sockaddr *address) {
#ifdef SOCK_CLOEXEC
  return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
#else
  int descriptor = socket(address->family, address->socktype, address->protocol);
  if (descriptor >= 0) fcntl(descriptor, F_SETFD, FD_CLOEXEC);
  return descriptor;
#endif
}
