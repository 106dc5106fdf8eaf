// What somebody would write in an afternoon: Express with its parsers, jose for both signatures, one SQLite commit a request
// (WAL, synchronous=FULL) with the used token and a log row in it. No entry is hashed, nothing is limited, measured or approved.
import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { DatabaseSync } from 'node:sqlite';
import express from 'express';
import { createRemoteJWKSet, exportJWK, generateKeyPair, jwtVerify, SignJWT } from 'jose';
import { BENCH_URL } from './jobs.ts';

const [path = '', issuerUrl = ''] = process.argv.slice(2);

const database = new DatabaseSync(path);
database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
database.exec('CREATE TABLE used (jti text PRIMARY KEY, expires_at integer NOT NULL)');
database.exec('CREATE TABLE issued (id text PRIMARY KEY, time integer NOT NULL, entry text NOT NULL)');
const use = database.prepare('INSERT INTO used (jti, expires_at) VALUES (?, ?)');
const log = database.prepare('INSERT INTO issued (id, time, entry) VALUES (?, ?, ?)');

const keySet = createRemoteJWKSet(new URL(`${issuerUrl}/jwks`));
const { privateKey, publicKey } = await generateKeyPair('ES256');
const published = { keys: [{ ...(await exportJWK(publicKey)), kid: 'naive', alg: 'ES256', use: 'sig' }] };

const app = express();
app.use(express.urlencoded({ extended: false }));
app.get('/.well-known/jwks.json', (_request, response) => void response.json(published));
app.post('/v1/token', async (request, response) => {
  const { payload } = await jwtVerify(String(request.body.subject_token), keySet, {
    issuer: issuerUrl,
    audience: BENCH_URL,
    algorithms: ['RS256'],
  });
  if (payload['ref'] !== 'refs/heads/main' || payload['event_name'] !== 'push') {
    response.status(400).json({ error: 'access_denied' });
    return;
  }
  const id = randomUUID();
  const token = await new SignJWT({ repository: payload['repository'], run_id: payload['run_id'] })
    .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: 'naive' })
    .setIssuer(BENCH_URL)
    .setSubject(String(request.body.scope))
    .setAudience('https://previews.example.com')
    .setIssuedAt()
    .setExpirationTime('10m')
    .setJti(id)
    .sign(privateKey);
  database.exec('BEGIN IMMEDIATE');
  use.run(String(payload.jti), Number(payload.exp));
  log.run(id, Date.now(), JSON.stringify({ type: 'issued', id, ...payload }));
  database.exec('COMMIT');
  response.json({ access_token: token, token_type: 'Bearer', expires_in: 600 });
});

const server = app.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
