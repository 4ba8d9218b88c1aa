import { generateKeyPair, SignJWT } from 'jose'
import { beforeAll, describe, expect, it } from 'vitest'
import { LogoutTokenRefused, verifyLogoutToken } from './logout-token.ts'

const now = new Date('2026-11-21T03:00:00Z')
const issuer = 'http://localhost:8400'
const clientId = 'van-ban'
const event = { 'http://schemas.openid.net/event/backchannel-logout': {} }

let keys: CryptoKeyPair
let otherKeys: CryptoKeyPair

beforeAll(async () => {
  keys = await generateKeyPair('ES256')
  otherKeys = await generateKeyPair('ES256')
})

describe('verifyLogoutToken', () => {
  it('reads which session of whom has ended', async () => {
    const token = await sign({})
    await expect(verify(token)).resolves.toEqual({ sid: 's1', subject: 'mau', id: 'j1' })
  })

  it('takes a token that names a subject alone', async () => {
    const token = await sign({ sid: undefined })
    await expect(verify(token)).resolves.toEqual({ sid: null, subject: 'mau', id: 'j1' })
  })

  const refused: readonly [string, object, string][] = [
    ['of another issuer', { iss: 'http://localhost:9999' }, 'signature or claims'],
    ['for another application', { aud: 'mot-cua' }, 'signature or claims'],
    ['that has expired', { exp: seconds(now) - 60 }, 'signature or claims'],
    ['that was made long ago', { iat: seconds(now) - 3600 }, 'signature or claims'],
    ['without a token id', { jti: undefined }, 'signature or claims'],
    ['with a nonce, as an ID token has', { nonce: 'n1' }, 'has a nonce'],
    ['without the logout event', { events: {} }, 'no logout event'],
    [
      'whose event is no object',
      { events: { [Object.keys(event)[0] ?? '']: 1 } },
      'no logout event',
    ],
    ['that names nobody', { sub: undefined, sid: undefined }, 'names nobody'],
  ]
  for (const [what, claims, rule] of refused) {
    it(`refuses a token ${what}`, async () => {
      const refusal = await verify(await sign(claims)).catch((error: unknown) => error)
      expect(refusal).toBeInstanceOf(LogoutTokenRefused)
      expect(String(refusal)).toContain(rule)
    })
  }

  it('refuses a token signed by somebody else', async () => {
    const token = await sign({}, { key: otherKeys.privateKey })
    await expect(verify(token)).rejects.toBeInstanceOf(LogoutTokenRefused)
  })

  it('refuses an ID token that would otherwise fit', async () => {
    const token = await sign({}, { typ: 'JWT' })
    await expect(verify(token)).rejects.toBeInstanceOf(LogoutTokenRefused)
  })

  it('refuses what is no token', async () => {
    await expect(verify(undefined)).rejects.toBeInstanceOf(LogoutTokenRefused)
    await expect(verify('a.b.c')).rejects.toBeInstanceOf(LogoutTokenRefused)
  })
})

function verify(token: unknown) {
  const keysOfIssuer = () => keys.publicKey
  return verifyLogoutToken(token, { issuer, clientId, keys: keysOfIssuer, now })
}

function sign(
  claims: object,
  { key = keys.privateKey, typ = 'logout+jwt' }: { key?: CryptoKey; typ?: string } = {},
): Promise<string> {
  const [iat, exp] = [seconds(now), seconds(now) + 120]
  const whole = { iss: issuer, aud: clientId, sub: 'mau', sid: 's1', jti: 'j1', iat, exp }
  return new SignJWT({ ...whole, events: event, ...claims })
    .setProtectedHeader({ alg: 'ES256', typ })
    .sign(key)
}

function seconds(date: Date): number {
  return Math.floor(date.getTime() / 1000)
}
