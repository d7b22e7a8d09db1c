// PostgreSQL as WebAssembly, with pgvector, in memory, on a port of loopback: node server.mjs PORT
import { PGlite } from '@electric-sql/pglite';
import { vector } from '@electric-sql/pglite-pgvector';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';

const db = await PGlite.create({ dataDir: 'memory://', extensions: { vector } });
const server = new PGLiteSocketServer({
  db,
  host: '127.0.0.1',
  port: Number(process.argv[2]),
  maxConnections: 32,
});
await server.start();
console.log('ready');
