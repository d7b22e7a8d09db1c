#!/usr/bin/env bash
# pgjdbc 42.7.14: two statements of one PreparedStatement are one transaction five times, and from the sixth execution on they are two.
#
# In autocommit, "select set_config('my.x', 'set', true); select current_setting('my.x')" goes to the server as one message sequence with one
# Sync at its end, which is one implicit transaction; so the second statement sees what the first set for the transaction. Once the driver
# prepares them on the server (prepareThreshold, 5 by default), and a parameter has no type of its own (setObject(n, text, Types.OTHER), as for
# pgvector's vector without a class of its own), they are parted, and the setting is gone without an error. Expected: one or the other, always.
#
# Seen on PostgreSQL 15.18 and on PGlite 0.5.14 (PostgreSQL 18), which this starts: five times set, then unset; with prepareThreshold=0 always set.
# Exit status 0: this is still so. 1: it has changed.
set -euo pipefail
folder=$(mktemp -d)
server=
trap 'if [ -n "$server" ]; then kill "$server" || true; fi; rm -rf "$folder"' EXIT
cat > "$folder/pom.xml" <<'XML'
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>finding</groupId><artifactId>finding</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>
    <dependency><groupId>org.postgresql</groupId><artifactId>postgresql</artifactId><version>42.7.14</version></dependency>
  </dependencies>
</project>
XML
mvn -q -B -f "$folder/pom.xml" org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies -DoutputDirectory="$folder/lib"
cat > "$folder/package.json" <<'JSON'
{"type": "module", "private": true, "dependencies": {"@electric-sql/pglite": "0.5.14", "@electric-sql/pglite-socket": "0.2.17"}}
JSON
(cd "$folder" && npm install --silent --no-audit --no-fund > npm.log 2>&1)
cat > "$folder/server.mjs" <<'NODE'
import { PGlite } from '@electric-sql/pglite';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';
const db = await PGlite.create({ dataDir: 'memory://' });
await new PGLiteSocketServer({ db, host: '127.0.0.1', port: 18321 }).start();
console.log('ready');
NODE
node "$folder/server.mjs" > "$folder/log" 2>&1 &
server=$!
for _ in $(seq 120); do
  if grep -q ready "$folder/log"; then break; fi
  sleep 1
done
cat > "$folder/OneGo.java" <<'JAVA'
import java.sql.DriverManager;
import java.sql.Types;

class OneGo {
  public static void main(String... args) throws Exception {
    String url = "jdbc:postgresql://127.0.0.1:18321/postgres" + (args.length > 0 ? args[0] : "");
    try (var connection = DriverManager.getConnection(url, "postgres", "");
        var statement =
            connection.prepareStatement(
                "select set_config('my.x', 'set', true); select current_setting('my.x', true), cast(? as point)")) {
      for (int i = 0; i < 8; i++) {
        statement.setObject(1, "(1,2)", Types.OTHER);
        statement.execute();
        statement.getMoreResults();
        try (var rows = statement.getResultSet()) {
          rows.next();
          System.out.print("set".equals(rows.getString(1)) ? "set " : "unset ");
        }
      }
    }
  }
}
JAVA
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
never=$("$java" --class-path "$folder/lib/*" "$folder/OneGo.java" '?prepareThreshold=0')
default=$("$java" --class-path "$folder/lib/*" "$folder/OneGo.java")
echo "never prepared on the server: $never; by default: $default"
case $default in "set set "*unset*) parted=yes ;; *) parted=no ;; esac
[ "$never" = "set set set set set set set set " ] && [ "$parted" = yes ]
