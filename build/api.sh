#!/usr/bin/env bash
# Says what changed in the public API since a commit or tag, module by module, with japicmp: build/api.sh COMMIT [MODULE...]
# Packages both in clean clones; exits with 1 where a class that was compiled against the old one would no longer run.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
old=${1:?which commit? build/api.sh COMMIT [MODULE...]}
shift
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat > "$work/pom.xml" << END
<project><modelVersion>4.0.0</modelVersion><groupId>api</groupId><artifactId>api</artifactId><version>1</version><dependencies>
<dependency><groupId>com.github.siom79.japicmp</groupId><artifactId>japicmp</artifactId><version>0.27.0</version></dependency>
</dependencies></project>
END
mvn -B -ntp -q -f "$work/pom.xml" dependency:build-classpath -Dmdep.outputFile="$work/japicmp"
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
  java -cp "$(cat "$work/japicmp")" japicmp.JApiCmp -o "$before" -n "$jar" --only-modified -a public \
    --ignore-missing-classes --error-on-binary-incompatibility || status=1
done
exit $status
