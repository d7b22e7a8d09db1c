#!/usr/bin/env bash
# Databases of vectors from public packages, on loopback, for the tests of adapters.
#
#   build/stores.sh start FOLDER chroma pgvector milvus   installs what is named below the folder and starts it
#   build/stores.sh stop FOLDER                           ends what was started
#
# Prints a line "NAME ADDRESS" for each as soon as it answers. Needs python3 and, for pgvector, node.
#   chroma    Chroma 1.5.9, from PyPI
#   pgvector  PGlite 0.5.14 (PostgreSQL as WebAssembly) with pgvector 0.8.7, from npm
#   milvus    Milvus Lite 3.2.2, from PyPI: an implementation of its own, no evidence about a Milvus server
set -euo pipefail
chroma_port=18300
pgvector_port=18301
milvus_port=18302

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
    sed -n '2,11s/^# \{0,1\}//p' "$0"
    exit 2
    ;;
esac
