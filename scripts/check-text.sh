#!/bin/sh
# Checks that the compiler sees text operations on Characters: each file in Sources/ imports Support,
# and each line of the probe below is flagged. Checks that only SystemC asks which system this is, and that
# tests start programs with ChildProgram.
set -eu
cd "$(dirname "$0")/.."

missing=$(grep -rL --include='*.swift' '^ *\(private \|internal \|package \)*import Support$' Sources |
  grep -v -e '^Sources/Support/' -e '^Sources/SystemC/' || true)
if [ -n "$missing" ]; then
  echo "lint: these files must have: private import Support" >&2
  echo "$missing" >&2
  exit 1
fi

asking=$(grep -rl 'canImport\|#if os' Sources | grep -v '^Sources/SystemC/' || true)
if [ -n "$asking" ]; then
  echo "lint: these files must import SystemC instead of asking for the system" >&2
  echo "$asking" >&2
  exit 1
fi

# One child can keep all others from ending: see Tests/TestSupport/ChildProgram.swift.
starting=$(grep -rl --include='*.swift' '\<Process()' Package.swift Sources Tests Benchmarks Fuzz ||
  true)
if [ -n "$starting" ]; then
  echo "lint: these files must start programs with ChildProgram" >&2
  echo "$starting" >&2
  exit 1
fi

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat >"$folder/probe.swift" <<'END'
func probe(_ text: String, _ part: Substring) {
  _ = text.count
  _ = text.last
  _ = text.split(separator: ",")
  _ = text.split { $0 == "," }
  _ = text.firstIndex(of: ",")
  _ = text.firstIndex { $0 == "," }
  _ = text.lastIndex(of: ",")
  _ = text.lastIndex { $0 == "," }
  _ = text.prefix(1)
  _ = text.prefix { $0 == "," }
  _ = text.suffix(1)
  _ = text.dropFirst()
  _ = text.dropLast()
  _ = text.drop { $0 == "," }
  _ = text.hasPrefix(",")
  _ = text.hasSuffix(",")
  _ = part.count
  _ = part.last
  _ = part.split(separator: ",")
  _ = part.split { $0 == "," }
  _ = part.firstIndex(of: ",")
  _ = part.firstIndex { $0 == "," }
  _ = part.lastIndex(of: ",")
  _ = part.lastIndex { $0 == "," }
  _ = part.prefix(1)
  _ = part.prefix { $0 == "," }
  _ = part.suffix(1)
  _ = part.dropFirst()
  _ = part.dropLast()
  _ = part.drop { $0 == "," }
  _ = part.hasPrefix(",")
  _ = part.hasSuffix(",")
}
END
expected=$(grep -c '^  _ = ' "$folder/probe.swift")
swiftc -emit-module -module-name SystemC -package-name probe -o "$folder/SystemC.swiftmodule" \
  Sources/SystemC/*.swift
found=$(swiftc -typecheck -package-name probe -I "$folder" Sources/Support/*.swift \
  Sources/Support/*/*.swift "$folder/probe.swift" 2>&1 |
  grep -c 'probe.swift:[0-9:]* warning: .* is deprecated' || true)
if [ "$found" -ne "$expected" ]; then
  echo "lint: the compiler flags $found of $expected operations on Characters;" \
    "see Sources/Support/CharacterOperations.swift" >&2
  exit 1
fi

# Every clone builds the same code.
if grep -n '\.package(url:' Package.swift | grep -v 'exact: "'; then
  echo "lint: Package.swift names a package without its exact version" >&2
  exit 1
fi
