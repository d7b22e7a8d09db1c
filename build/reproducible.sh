#!/usr/bin/env bash
# Builds the last commit twice from clean clones and compares every published jar to the byte. The second build is in
# a folder of another length, under another locale, zone and umask. Takes two builds without tests; needs git and Maven.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
one=$work/one two=$work/a-folder-with-a-longer-name/two

build() {
  git clone -q "$root" "$1"
  (cd "$1" && umask "$2" && LC_ALL=$3 TZ=$4 mvn -B -ntp -q package -DskipTests ${MAVEN_ARGUMENTS:-})
  (cd "$1" && sha256sum rag-*/target/rag-*.jar) > "$work/$5"
}
build "$one" 022 C UTC one.sums
mkdir -p "$(dirname "$two")"
build "$two" 077 C.UTF-8 Pacific/Apia two.sums

jars=$(grep -c '\.jar$' "$work/one.sums")
if [ "$jars" -lt 18 ]; then
  echo "only $jars jars were built" >&2
  exit 1
fi
if diff "$work/one.sums" "$work/two.sums"; then
  echo "$jars jars are the same in both builds"
else
  echo "the two builds differ, see above" >&2
  exit 1
fi
