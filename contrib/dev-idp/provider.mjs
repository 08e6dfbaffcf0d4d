// An OpenID Connect provider with a few people in it: to try PhotoVote with, and to test it against. Never for more than that:
// everybody's secret is their name.
//
// usage: provider.mjs [--port N] [--issuer URL] [--keys FILE]
//
//   --port N      on 127.0.0.1 (3000; 0: any that is free)
//   --issuer URL  what it calls itself, if it is reached by another address (http://127.0.0.1:PORT)
//   --keys FILE   its private keys, as a JWKS; made if it is not there (keys.json in the working directory)
//
// Prints its address when it listens. Ends with SIGTERM or Ctrl-C.
import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { parseArgs } from 'node:util'
import { Provider } from 'oidc-provider'

// `alg`: how the access tokens are signed, so that each way is used.
const PEOPLE = {
  alice: { roles: ['administrator'], alg: 'ES256' },
  otto: { roles: ['auditor'], alg: 'RS256' },
  ann: { roles: ['voter'], email: 'ann@example.org', alg: 'EdDSA' },
  ben: { roles: ['voter'], email: 'ben@example.org', alg: 'ES256' },
  eve: { roles: [], email: 'eve@example.org', alg: 'ES256' },
}
const HOUR = 3600

const { values: options } = parseArgs({
  options: {
    port: { type: 'string', default: '3000' },
    issuer: { type: 'string' },
    keys: { type: 'string', default: 'keys.json' },
  },
})

function newKeys() {
  const make = (alg, kind, how) => {
    const jwk = generateKeyPairSync(kind, how).privateKey.export({ format: 'jwk' })
    return { ...jwk, kid: `${alg}-${randomUUID().slice(0, 8)}`, alg, use: 'sig' }
  }
  return {
    keys: [
      make('RS256', 'rsa', { modulusLength: 2048 }),
      make('ES256', 'ec', { namedCurve: 'P-256' }),
      make('EdDSA', 'ed25519', {}),
    ],
  }
}

function readKeys(path) {
  if (!existsSync(path)) writeFileSync(path, JSON.stringify(newKeys(), null, 2) + '\n', { mode: 0o600 })
  return JSON.parse(readFileSync(path, 'utf8'))
}

// What Keycloak says of a person, in the same place.
function claimsOf(name) {
  const { roles, email } = PEOPLE[name]
  return { realm_access: { roles }, ...(email && { email, email_verified: true }) }
}

const settings = (keys) => ({
  jwks: keys,
  cookies: { keys: [randomUUID()] },
  // A person can fetch a token without a browser, as a client; or log in, by the client `web`.
  clients: [
    ...Object.keys(PEOPLE).map((name) => ({
      client_id: name,
      client_secret: name,
      grant_types: ['client_credentials'],
      response_types: [],
      redirect_uris: [],
    })),
    {
      client_id: 'web',
      token_endpoint_auth_method: 'none',
      application_type: 'native',
      redirect_uris: ['http://127.0.0.1:8080/'],
      grant_types: ['authorization_code'],
    },
  ],
  features: {
    clientCredentials: { enabled: true },
    devInteractions: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => 'urn:photovote',
      useGrantedResource: () => true,
      // An access token is for what was asked for: `urn:other` makes one that PhotoVote must refuse.
      getResourceServerInfo: (ctx, resource, client) => ({
        scope: '',
        audience: resource.replace(/^urn:/, ''),
        accessTokenTTL: HOUR,
        accessTokenFormat: 'jwt',
        jwt: { sign: { alg: PEOPLE[client.clientId]?.alg ?? 'ES256' } },
      }),
    },
  },
  extraTokenClaims: (ctx, token) => claimsOf(token.accountId ?? token.clientId),
  findAccount: (ctx, name) =>
    Object.hasOwn(PEOPLE, name) ? { accountId: name, claims: () => ({ sub: name, ...claimsOf(name) }) } : undefined,
  pkce: { required: () => true },
  ttl: { AccessToken: HOUR, ClientCredentials: HOUR, Grant: HOUR, Interaction: HOUR, Session: HOUR },
})

let handle
const server = createServer((request, response) => handle(request, response))
server.listen(Number(options.port), '127.0.0.1', () => {
  const address = `http://127.0.0.1:${server.address().port}`
  const provider = new Provider(options.issuer ?? address, settings(readKeys(options.keys)))
  provider.proxy = options.issuer !== undefined // X-Forwarded-Proto is somebody's who may say it
  handle = provider.callback()
  console.log(address)
})
for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => process.exit(0))
