#!/bin/sh
# Makes a certificate for this machine, for developing and learning, and an authority to trust it by.
#
#   make-cert.sh DIR     writes ca.pem, cert.pem and key.pem into DIR; leaves good ones alone
#
# The authority's key is thrown away once it has signed, and may only ever have signed for this
# machine: who trusts ca.pem trusts this one certificate and nothing that anyone could make later.
set -eu
umask 077

days=90
names='localhost, 127.0.0.1 and ::1'

fail() {
  echo "make-cert: $*" >&2
  exit 1
}

if [ $# -ne 1 ] || [ -z "$1" ]; then fail "usage: make-cert.sh DIR"; fi
command -v openssl >/dev/null 2>&1 || fail "openssl is needed and not on PATH"
case $1 in
  -*) directory=./$1 ;;
  *) directory=$1 ;;
esac
mkdir -p "$directory" || fail "cannot make the folder $1"

# What lies there and was not made by this script is not this script's to replace.
for file in ca.pem cert.pem key.pem; do
  [ ! -e "$directory/$file" ] || [ -e "$directory/ca.pem" ] ||
    fail "$directory/$file is there and ca.pem is not: choose another folder"
done

# Good: made for one another, and not within a month of the end.
is_good() {
  [ -f "$directory/cert.pem" ] && [ -f "$directory/key.pem" ] &&
    openssl x509 -in "$directory/cert.pem" -noout -checkend 2592000 >/dev/null 2>&1 &&
    openssl verify -CAfile "$directory/ca.pem" "$directory/cert.pem" >/dev/null 2>&1 &&
    [ "$(openssl x509 -in "$directory/cert.pem" -noout -pubkey)" = \
      "$(openssl pkey -in "$directory/key.pem" -pubout 2>/dev/null)" ]
}

if [ -e "$directory/ca.pem" ] && is_good; then
  chmod 600 "$directory/key.pem"
  echo "==> The certificate in $directory is good; nothing was changed"
  exit 0
fi

work=$(mktemp -d "$directory/.make-cert.XXXXXX")
trap 'rm -rf "$work"' EXIT

cat >"$work/openssl.cnf" <<'END'
[req]
distinguished_name = name
[name]
[ca]
basicConstraints = critical, CA:true, pathlen:0
keyUsage = critical, keyCertSign
subjectKeyIdentifier = hash
nameConstraints = critical, permitted;DNS:localhost, permitted;IP:127.0.0.1/255.255.255.255, permitted;IP:::1/ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff
[server]
basicConstraints = critical, CA:false
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
subjectAltName = DNS:localhost, IP:127.0.0.1, IP:::1
END

# Each authority has a name of its own, so that a client never tries an old one of the same name.
label="Calculator local CA $(openssl rand -hex 4)"

{
  openssl ecparam -name prime256v1 -genkey -noout -out "$work/ca-key.pem" &&
    openssl req -new -x509 -sha256 -days $days -config "$work/openssl.cnf" -extensions ca \
      -subj "/CN=$label" -key "$work/ca-key.pem" -out "$work/ca.pem" &&
    openssl ecparam -name prime256v1 -genkey -noout -out "$work/ec-key.pem" &&
    openssl pkcs8 -topk8 -nocrypt -in "$work/ec-key.pem" -out "$work/key.pem" &&
    openssl req -new -sha256 -config "$work/openssl.cnf" -subj '/CN=localhost' \
      -key "$work/key.pem" -out "$work/request.pem" &&
    openssl x509 -req -sha256 -days $days -in "$work/request.pem" -set_serial "0x$(openssl rand -hex 8)" \
      -CA "$work/ca.pem" -CAkey "$work/ca-key.pem" \
      -extfile "$work/openssl.cnf" -extensions server -out "$work/leaf.pem" &&
    cat "$work/leaf.pem" "$work/ca.pem" >"$work/cert.pem" &&
    openssl verify -CAfile "$work/ca.pem" "$work/leaf.pem"
} >"$work/log" 2>&1 || {
  cat "$work/log" >&2
  fail "openssl could not make the certificate; its words stand above"
}

chmod 600 "$work/key.pem"
chmod 644 "$work/ca.pem" "$work/cert.pem"
mv -f "$work/ca.pem" "$directory/ca.pem"
mv -f "$work/key.pem" "$directory/key.pem"
mv -f "$work/cert.pem" "$directory/cert.pem"

echo "==> Made a certificate for $names, good for $days days"
echo "    cert.pem and key.pem in $directory are for the server; keep key.pem to yourself"
echo "    ca.pem is for the clients: curl --cacert $directory/ca.pem https://localhost:..."
