#!/usr/bin/env bash
# Says what changed in the public API since a commit or tag, module by module, with japicmp: build/api.sh COMMIT [MODULE...]
# Packages both in clean clones; exits with 1 where a class that was compiled against the old one would no longer run.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
old=${1:?which commit? build/api.sh COMMIT [MODULE...]}
shift
version=0.27.0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mvn -B -ntp -q dependency:copy -Dartifact=com.github.siom79.japicmp:japicmp:$version:jar:jar-with-dependencies -DoutputDirectory="$work" \
  -f "$root/rag-bom/pom.xml"
for side in old new; do
  git clone -q "$root" "$work/$side"
  (cd "$work/$side" && git checkout -q "$([ $side = old ] && echo "$old" || git -C "$root" rev-parse HEAD)")
  modules=$([ $# -gt 0 ] && (IFS=,; echo "-pl $*") || true)
  (cd "$work/$side" && mvn -B -ntp -q package -Dmaven.test.skip=true ${modules:+$modules -am})
done
status=0
for jar in "$work"/new/rag-*/target/rag-*-SNAPSHOT.jar; do
  module=$(basename "$(dirname "$(dirname "$jar")")")
  before=$work/old/$module/target/$(basename "$jar")
  [ $# -gt 0 ] && [[ " $* " != *" $module "* ]] && continue
  if [ ! -f "$before" ]; then
    echo "$module is new"
    continue
  fi
  echo "== $module"
  java -jar "$work/japicmp-$version-jar-with-dependencies.jar" -o "$before" -n "$jar" --only-modified -a public \
    --ignore-missing-classes --error-on-binary-incompatibility || status=1
done
exit $status
