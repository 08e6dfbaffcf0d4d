// Tokens that no honest provider makes, signed with a provider's own keys. Nothing but Node's own modules.
//
// usage: oidc_forge.mjs KEYS.json <SPECS.json: a list of {"header", "claims", "how"}; prints the list of tokens.
//
// how: `sign` with the key of the header's alg; `none`: without a signature; `hmac-pem`, `hmac-jwk`: HS256 whose secret is
// the public RSA key, as PEM or as its JWK, which is what a verifier would hold that confuses the two; `other`: signed with
// a key of its own of the same kind.
import { createHmac, createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto'
import { readFileSync } from 'node:fs'

const { keys } = JSON.parse(readFileSync(process.argv[2], 'utf8'))
const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url')
const jwkOf = (alg) => keys.find((key) => key.alg === alg)
const publicRsa = () => createPublicKey(createPrivateKey({ key: jwkOf('RS256'), format: 'jwk' }))
const another = { ES256: ['ec', { namedCurve: 'P-256' }], RS256: ['rsa', { modulusLength: 2048 }], EdDSA: ['ed25519', {}] }

const signBy = (alg, key, bytes) => sign(alg === 'EdDSA' ? null : 'sha256', bytes, { key, dsaEncoding: 'ieee-p1363' })
const ways = {
  sign: ({ alg }, bytes) => signBy(alg, createPrivateKey({ key: jwkOf(alg), format: 'jwk' }), bytes),
  other: ({ alg }, bytes) => signBy(alg, generateKeyPairSync(...another[alg]).privateKey, bytes),
  none: () => Buffer.alloc(0),
  'hmac-pem': (header, bytes) =>
    createHmac('sha256', publicRsa().export({ format: 'pem', type: 'spki' })).update(bytes).digest(),
  'hmac-jwk': (header, bytes) =>
    createHmac('sha256', JSON.stringify(publicRsa().export({ format: 'jwk' }))).update(bytes).digest(),
}

const specs = JSON.parse(readFileSync(0, 'utf8'))
const tokens = specs.map(({ header, claims, how }) => {
  const signed = `${part({ kid: jwkOf(header.alg)?.kid, ...header })}.${part(claims)}`
  return `${signed}.${ways[how](header, Buffer.from(signed)).toString('base64url')}`
})
console.log(JSON.stringify(tokens))
