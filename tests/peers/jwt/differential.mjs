// Tokens against jose (npm), both ways: what jose signs and we verify, what we sign and jose verifies.
//
// usage: node differential.mjs TOKENS [SEED [LEEWAY]]
//
// TOKENS is the program of tokens.c; it is told another leeway than jose for the control, which must fail. Exit status: 0 both agree, 1 they do not.

import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CompactSign, SignJWT, createLocalJWKSet, exportJWK, generateKeyPair, jwtVerify } from 'jose'

const NOW = 1700000000
const LEEWAY = 60
const ALGS = ['RS256', 'ES256', 'EdDSA']
const [program, seed = '1', told = String(LEEWAY)] = process.argv.slice(2)
const folder = mkdtempSync(join(tmpdir(), 'pv-jwt-'))
let faults = 0

function fault(what) {
  console.log(what)
  faults++
}

// Numbers that can be had again: mulberry32.
let state = Number(seed)
function draw(below) {
  state = (state + 0x6d2b79f5) | 0
  let t = Math.imul(state ^ (state >>> 15), 1 | state)
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
  return ((t ^ (t >>> 14)) >>> 0) % below
}

function run(args, lines) {
  const { status, stdout, stderr } = spawnSync(program, args, { input: lines.join('\n') + '\n', encoding: 'utf8' })
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${status} ${stderr}`)
  return stdout.split('\n').slice(0, -1)
}

function verifyByUs(jwks, tokens) {
  const path = join(folder, 'jwks.json')
  writeFileSync(path, JSON.stringify(jwks))
  const verdicts = run(['verify', path, String(NOW), told], tokens)
  if (verdicts.length !== tokens.length) throw new Error(`${verdicts.length} verdicts on ${tokens.length} tokens`)
  return verdicts
}

// The code of ours that each of jose's refusals is.
function codeOf(error) {
  const claims = { iss: 'token_issuer', aud: 'token_audience', nbf: 'token_not_yet', exp: 'token_claims', sub: 'token_claims' }
  switch (error.code) {
    case 'ERR_JWT_EXPIRED':
      return 'token_expired'
    case 'ERR_JWT_CLAIM_VALIDATION_FAILED':
      return error.reason === 'invalid' ? 'token_claims' : claims[error.claim]
    case 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED':
      return 'token_signature'
    case 'ERR_JWKS_NO_MATCHING_KEY':
    case 'ERR_JWKS_MULTIPLE_MATCHING_KEYS':
      return 'token_unknown_key'
    case 'ERR_JOSE_ALG_NOT_ALLOWED':
    case 'ERR_JOSE_NOT_SUPPORTED':
      return 'token_algorithm'
    default:
      return 'token_malformed'
  }
}

async function verifyByJose(jwks, token) {
  const options = { algorithms: ALGS, issuer: 'us', audience: 'photovote', currentDate: new Date(NOW * 1000),
    clockTolerance: LEEWAY, requiredClaims: ['sub', 'exp'] }
  try {
    const { payload } = await jwtVerify(token, createLocalJWKSet(jwks), options)
    return `ok ${payload.sub}`
  } catch (error) {
    return codeOf(error)
  }
}

const isCanonical = (token) => token.split('.').every((part) => Buffer.from(part, 'base64url').toString('base64url') === part)

async function compare(name, jwks, tokens, sameCode) {
  const ours = verifyByUs(jwks, tokens)
  let accepted = 0
  for (const [i, token] of tokens.entries()) {
    const theirs = await verifyByJose(jwks, token)
    const ok = ours[i].startsWith('ok ')
    accepted += ok
    // We take one spelling of base64url, jose any.
    if (!ok && theirs.startsWith('ok ') && !isCanonical(token)) continue
    if (ok || theirs.startsWith('ok ') || sameCode ? ours[i] !== theirs : false)
      fault(`${name}: we say ${ours[i]}, jose says ${theirs}: ${token}`)
  }
  console.log(`${name}: ${tokens.length} tokens, ${accepted} accepted`)
  return accepted
}

async function makeKeys() {
  const made = []
  for (const [alg, options] of [['RS256', { modulusLength: 2048 }], ['RS256', { modulusLength: 3072 }], ['RS256', { modulusLength: 4096 }],
    ['ES256', {}], ['ES256', {}], ['EdDSA', { crv: 'Ed25519' }], ['EdDSA', { crv: 'Ed25519' }]]) {
    const { publicKey, privateKey } = await generateKeyPair(alg, { ...options, extractable: true })
    const kid = `k${made.length}`
    made.push({ alg, kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } })
  }
  return made
}

const sound = { iss: 'us', aud: 'photovote', sub: 'kim', exp: NOW + 100 }
const variants = [
  {}, { aud: ['x', 'photovote'] }, { sub: 'é "\\ \u{1f600}' }, { sub: 'a'.repeat(255) }, { iat: NOW, nbf: NOW, jti: 'j' },
  { exp: NOW - LEEWAY + 1 }, { exp: NOW - LEEWAY }, { exp: 0 }, { exp: undefined }, { exp: 'x' }, { nbf: NOW + LEEWAY },
  { nbf: NOW + LEEWAY + 1 }, { iss: 'them' }, { iss: undefined }, { aud: 'them' }, { aud: [] }, { aud: undefined }, { sub: undefined },
  { roles: ['voter'], realm_access: { roles: ['x'] }, email: 'k@x.y', email_verified: false },
]

async function joseSigns(keys, jwks) {
  const tokens = []
  for (const { alg, kid, privateKey } of keys) {
    for (const variant of variants)
      for (const typ of [undefined, 'JWT', 'at+jwt'])
        tokens.push(await new SignJWT({ ...sound, ...variant }).setProtectedHeader({ alg, kid, typ }).sign(privateKey))
    tokens.push(await new SignJWT(sound).setProtectedHeader({ alg }).sign(privateKey)) // more than one key fits
    tokens.push(await new SignJWT(sound).setProtectedHeader({ alg, kid: 'other' }).sign(privateKey))
    tokens.push(await new CompactSign(Buffer.from('no claims')).setProtectedHeader({ alg, kid }).sign(privateKey))
    for (const other of keys) // the name of another key
      if (other.kid !== kid) tokens.push(await new SignJWT(sound).setProtectedHeader({ alg, kid: other.kid }).sign(privateKey))
  }
  if ((await compare('jose signs', jwks, tokens, true)) < 100) fault('jose signs: hardly any was accepted')
  for (const { alg, kid, privateKey, jwk } of keys) { // one key alone needs no name
    const { kid: _, ...unnamed } = jwk
    const token = await new SignJWT(sound).setProtectedHeader({ alg }).sign(privateKey)
    if ((await compare(`${kid} alone`, { keys: [unnamed] }, [token], true)) !== 1) fault(`${kid} alone was refused`)
  }
}

// A character changed, put in or taken out, a bit turned, two parts of two tokens put together.
function damage(token, other) {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.'
  const at = draw(token.length)
  const parts = token.split('.')
  switch (draw(5)) {
    case 0:
      return token.slice(0, at) + alphabet[draw(alphabet.length)] + token.slice(at + 1)
    case 1:
      return token.slice(0, at) + alphabet[draw(alphabet.length)] + token.slice(at)
    case 2:
      return token.slice(0, at) + token.slice(at + 1)
    case 3: {
      const bytes = Buffer.from(parts[2], 'base64url')
      bytes[draw(bytes.length)] ^= 1 << draw(8)
      return `${parts[0]}.${parts[1]}.${bytes.toString('base64url')}`
    }
    default:
      parts[draw(3)] = other.split('.')[draw(3)]
      return parts.join('.')
  }
}

async function joseSignsAndSomethingHappens(keys, jwks) {
  const whole = []
  for (const { alg, kid, privateKey } of keys)
    whole.push(await new SignJWT(sound).setProtectedHeader({ alg, kid }).sign(privateKey))
  const tokens = Array.from({ length: 3000 }, (_, i) => damage(whole[i % whole.length], whole[draw(whole.length)]))
  await compare('damaged', jwks, tokens.filter((token) => !whole.includes(token)), false)
}

async function weSign() {
  const wanted = variants.map((variant) => ({ ...sound, ...variant }))
  const [jwks, ...tokens] = run(['sign'], wanted.map((claims) => JSON.stringify(claims)))
  if ((await compare('we sign', JSON.parse(jwks), tokens, true)) < 5) fault('we sign: hardly any was accepted')
  for (const [i, token] of tokens.entries()) {
    const said = Buffer.from(token.split('.')[1], 'base64url').toString()
    if (said !== JSON.stringify(wanted[i])) fault(`we sign: ${said}`)
  }
}

try {
  const keys = await makeKeys()
  const jwks = { keys: keys.map(({ jwk }) => jwk) }
  await joseSigns(keys, jwks)
  await joseSignsAndSomethingHappens(keys, jwks)
  await weSign()
} finally {
  rmSync(folder, { recursive: true })
}
console.log(`${faults} differences`)
process.exit(faults === 0 ? 0 : 1)
