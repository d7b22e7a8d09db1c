#!/usr/bin/env bash
# Databases of vectors from public packages, on loopback, for the tests of adapters.
#
#   build/stores.sh start FOLDER NAMES   installs what is named, of what is listed below, in the folder, and starts it
#   build/stores.sh stop FOLDER          ends what was started
#
# Prints a line "NAME ADDRESS" for each as soon as it answers. Needs python3; for pgvector node; for Elasticsearch and
# OpenSearch mvn and a JDK of 21 or later, as java or named by JAVA_HOME; for weaviate go, and ten minutes of a processor once.
#   chroma    Chroma 1.5.9, from PyPI
#   pgvector  PGlite 0.5.14 (PostgreSQL as WebAssembly) with pgvector 0.8.7, from npm
#   milvus    Milvus Lite 3.2.2, from PyPI: an implementation of its own, no evidence about a Milvus server
#   elasticsearch  Elasticsearch 9.5.3, from Maven Central: a node without the start-up code of its distribution
#   opensearch     OpenSearch 3.6.0 with its k-NN plugin, likewise; without native libraries, so with the engine lucene only
#   weaviate       Weaviate 1.35.2, built from its Go modules
set -euo pipefail
chroma_port=18300
pgvector_port=18301
milvus_port=18302
elasticsearch_port=18303
opensearch_port=18304
weaviate_port=18305

answers() { # port
  for _ in $(seq 240); do
    if (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; then return 0; fi
    sleep 0.5
  done
  echo "nothing answers on port $1; see $folder/*.log" >&2
  return 1
}

python() { # name, packages...
  if [ ! -x "$folder/$1-venv/bin/python" ]; then python3 -m venv "$folder/$1-venv"; fi
  "$folder/$1-venv/bin/pip" --quiet --disable-pip-version-check install "${@:2}"
}

begin() { # name, command...
  local name=$1
  shift
  nohup "$@" > "$folder/$name.log" 2>&1 &
  echo $! > "$folder/$name.pid"
}

start_chroma() {
  python chroma --no-deps chromadb==1.5.9
  begin chroma "$folder/chroma-venv/bin/python" -c \
    "import chromadb_rust_bindings as b; b.cli(['chroma', 'run', '--path', '$folder/chroma', '--host', '127.0.0.1', '--port', '$chroma_port'])"
  answers "$chroma_port"
  echo "chroma http://127.0.0.1:$chroma_port"
}

start_pgvector() {
  mkdir -p "$folder/pg"
  if [ ! -d "$folder/pg/node_modules" ]; then
    (cd "$folder/pg" && npm init -y > /dev/null && npm install --silent --no-audit --no-fund \
      @electric-sql/pglite@0.5.14 @electric-sql/pglite-pgvector@0.0.15 @electric-sql/pglite-socket@0.2.17)
  fi
  cat > "$folder/pg/server.mjs" << 'NODE'
import { PGlite } from '@electric-sql/pglite';
import { vector } from '@electric-sql/pglite-pgvector';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';

const db = await PGlite.create({ dataDir: 'memory://', extensions: { vector } });
await db.exec('CREATE EXTENSION IF NOT EXISTS vector');
await new PGLiteSocketServer({ db, host: '127.0.0.1', port: Number(process.argv[2]), maxConnections: 8 }).start();
NODE
  begin pgvector node "$folder/pg/server.mjs" "$pgvector_port"
  answers "$pgvector_port"
  echo "pgvector jdbc:postgresql://127.0.0.1:$pgvector_port/postgres?prepareThreshold=0"
}

start_milvus() {
  python milvus milvus-lite==3.2.2 pymilvus==3.0.2
  begin milvus "$folder/milvus-venv/bin/milvus-lite" server \
    --data-dir "$folder/milvus" --host 127.0.0.1 --port "$milvus_port"
  answers "$milvus_port"
  echo "milvus http://127.0.0.1:$milvus_port"
}

# What these dependencies need, once, in target/lib; and what more executions of the plugin lay out.
jars() { # name, executions; <dependency> by <dependency> on the standard input
  mkdir -p "$folder/$1"
  cat > "$folder/$1/pom.xml" << XML
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>stores</groupId><artifactId>$1</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>
$(cat)
  </dependencies>
  <build><plugins><plugin>
    <groupId>org.apache.maven.plugins</groupId><artifactId>maven-dependency-plugin</artifactId><version>3.8.1</version>
    <executions>
      <execution><id>jars</id><phase>package</phase><goals><goal>copy-dependencies</goal></goals>
        <configuration><includeScope>runtime</includeScope><outputDirectory>\${project.build.directory}/lib</outputDirectory></configuration></execution>
      ${2:-}
    </executions>
  </plugin></plugins></build>
</project>
XML
  if [ ! -d "$folder/$1/target/lib" ]; then
    mvn --quiet --batch-mode --no-transfer-progress --file "$folder/$1/pom.xml" package
  fi
}

# Starts FOLDER/NAME/Node.java, with class path $1 and the settings that both servers share.
node() { # name, port, class path, arguments...
  local jdk=java
  if [ -n "${JAVA_HOME:-}" ]; then jdk=$JAVA_HOME/bin/java; fi
  begin "$1" "$jdk" -Xmx512m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 --add-modules jdk.incubator.vector \
    --enable-native-access=ALL-UNNAMED --class-path "$3" "$folder/$1/Node.java" "$folder/$1/home" "${@:4}" \
    node.name=n0 cluster.name=ragwright network.host=127.0.0.1 discovery.type=single-node node.processors=1 \
    http.port="$2" transport.port="$(($2 + 100))" cluster.routing.allocation.disk.threshold_enabled=false
  answers "$2"
}

start_elasticsearch() {
  jars elasticsearch << 'XML'
    <dependency><groupId>org.elasticsearch</groupId><artifactId>elasticsearch</artifactId><version>9.5.3</version></dependency>
    <dependency><groupId>org.elasticsearch.plugin</groupId><artifactId>transport-netty4</artifactId><version>9.5.3</version></dependency>
XML
  local home=$folder/elasticsearch/home netty=$folder/elasticsearch/home/modules/transport-netty4
  mkdir -p "$netty" "$home/plugins" "$home/config" "$home/lib" "$home/logs"
  # The transport is a module of the server, with the descriptor that its jar has, less the name of a Java module.
  find "$folder/elasticsearch/target/lib" \( -name 'netty-*' -o -name 'transport-netty4*' \) -exec mv {} "$netty" \;
  python3 - "$netty" << 'PYTHON'
import pathlib, sys, zipfile
folder = pathlib.Path(sys.argv[1])
with zipfile.ZipFile(next(folder.glob("transport-netty4*.jar"))) as jar:
    lines = jar.read("META-INF/es-plugins/transport-netty4/plugin-descriptor.properties").decode().splitlines()
(folder / "plugin-descriptor.properties").write_text("\n".join(l for l in lines if not l.startswith("modulename")) + "\n")
PYTHON
  cat > "$folder/elasticsearch/Node.java" << 'JAVA'
import java.nio.file.Path;
import java.util.Map;
import org.elasticsearch.common.logging.LogConfigurator;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.node.InternalSettingsPreparer;
import org.elasticsearch.plugins.PluginsLoader;

class Node {
  public static void main(String[] args) throws Exception {
    LogConfigurator.configureESLogging();
    Path home = Path.of(args[0]);
    Settings.Builder settings = Settings.builder().put("path.home", home.toString());
    for (int i = 1; i < args.length; i++) {
      settings.put(args[i].split("=", 2)[0], args[i].split("=", 2)[1]);
    }
    var env = InternalSettingsPreparer.prepareEnvironment(settings.build(), Map.of(), home.resolve("config"), () -> "node");
    var plugins =
        PluginsLoader.createPluginsLoader(
            PluginsLoader.loadModulesBundles(home.resolve("modules"), false),
            PluginsLoader.loadPluginsBundles(home.resolve("plugins"), false),
            Map.of(),
            false);
    new org.elasticsearch.node.Node(env, plugins).start();
    Thread.currentThread().join();
  }
}
JAVA
  node elasticsearch "$elasticsearch_port" "$folder/elasticsearch/target/lib/*"
  echo "elasticsearch http://127.0.0.1:$elasticsearch_port"
}

start_weaviate() {
  mkdir -p "$folder/weaviate/data"
  if [ ! -x "$folder/weaviate/weaviate-server" ]; then
    GOBIN="$folder/weaviate" go install github.com/weaviate/weaviate/cmd/weaviate-server@v1.35.2
  fi
  begin weaviate env AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED=true PERSISTENCE_DATA_PATH="$folder/weaviate/data" \
    DEFAULT_VECTORIZER_MODULE=none CLUSTER_HOSTNAME=node1 CLUSTER_ADVERTISE_ADDR=127.0.0.1 DISABLE_TELEMETRY=true \
    "$folder/weaviate/weaviate-server" --host 127.0.0.1 --port "$weaviate_port" --scheme http
  answers "$weaviate_port"
  echo "weaviate http://127.0.0.1:$weaviate_port"
}

start_opensearch() {
  jars opensearch '<execution><id>knn</id><phase>package</phase><goals><goal>unpack</goal></goals>
        <configuration><artifactItems><artifactItem>
          <groupId>org.opensearch.plugin</groupId><artifactId>opensearch-knn</artifactId><version>3.6.0.0</version><type>zip</type>
          <outputDirectory>${project.build.directory}/knn</outputDirectory>
        </artifactItem></artifactItems></configuration></execution>' << 'XML'
    <dependency><groupId>org.opensearch</groupId><artifactId>opensearch</artifactId><version>3.6.0</version></dependency>
    <dependency><groupId>org.opensearch</groupId><artifactId>opensearch-plugin-classloader</artifactId><version>3.6.0</version></dependency>
    <dependency><groupId>org.opensearch.plugin</groupId><artifactId>transport-netty4-client</artifactId><version>3.6.0</version></dependency>
    <dependency><groupId>org.opensearch.plugin</groupId><artifactId>analysis-common</artifactId><version>3.6.0</version></dependency>
    <dependency><groupId>org.opensearch.plugin</groupId><artifactId>lang-painless</artifactId><version>3.6.0</version></dependency>
    <dependency><groupId>org.opensearch.plugin</groupId><artifactId>mapper-extras-client</artifactId><version>3.6.0</version></dependency>
    <!-- The k-NN plugin takes types from it; it is not loaded. -->
    <dependency><groupId>org.opensearch.plugin</groupId><artifactId>transport-grpc</artifactId><version>3.6.0</version></dependency>
    <dependency><groupId>org.apache.logging.log4j</groupId><artifactId>log4j-core</artifactId><version>2.25.3</version></dependency>
XML
  local home=$folder/opensearch/home
  mkdir -p "$home/modules" "$home/plugins" "$home/config" "$home/logs"
  cat > "$folder/opensearch/Node.java" << 'JAVA'
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.opensearch.Version;
import org.opensearch.common.settings.Settings;
import org.opensearch.env.Environment;
import org.opensearch.node.InternalSettingsPreparer;
import org.opensearch.plugins.PluginInfo;

class Node extends org.opensearch.node.Node {
  Node(Environment env, List<PluginInfo> plugins) {
    super(env, plugins, false);
  }

  static PluginInfo plugin(String name, String type, String... extended) {
    return new PluginInfo(name, "", "NA", Version.CURRENT, "21", type, null, List.of(extended), false);
  }

  public static void main(String[] args) throws Exception {
    Path home = Path.of(args[0]);
    Settings.Builder settings = Settings.builder().put("path.home", home.toString());
    for (int i = 1; i < args.length; i++) {
      settings.put(args[i].split("=", 2)[0], args[i].split("=", 2)[1]);
    }
    var env = InternalSettingsPreparer.prepareEnvironment(settings.build(), Map.of(), home.resolve("config"), () -> "node");
    var plugins =
        List.of(
            plugin("transport-netty4", "org.opensearch.transport.Netty4ModulePlugin"),
            plugin("analysis-common", "org.opensearch.analysis.common.CommonAnalysisModulePlugin"),
            plugin("mapper-extras", "org.opensearch.index.mapper.MapperExtrasModulePlugin"),
            plugin("lang-painless", "org.opensearch.painless.PainlessModulePlugin"),
            plugin("opensearch-knn", "org.opensearch.knn.plugin.KNNPlugin", "lang-painless"));
    new Node(env, plugins).start();
    Thread.currentThread().join();
  }
}
JAVA
  node opensearch "$opensearch_port" "$folder/opensearch/target/lib/*:$folder/opensearch/target/knn/*"
  echo "opensearch http://127.0.0.1:$opensearch_port"
}

case "${1:-}" in
  start)
    folder=$(mkdir -p "$2" && cd "$2" && pwd)
    shift 2
    for name in "$@"; do "start_$name"; done
    ;;
  stop)
    for file in "$2"/*.pid; do
      if [ -f "$file" ]; then kill "$(cat "$file")" 2>/dev/null || true; rm "$file"; fi
    done
    ;;
  *)
    sed -n '2,14s/^# \{0,1\}//p' "$0"
    exit 2
    ;;
esac
