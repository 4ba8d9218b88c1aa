import { SignJWT } from 'jose'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { origin } from '../../test/support/card-auth-fixture.ts'
import { createTestTerminal, witness } from '../../test/support/test-terminal.ts'
import { checkTerminalSignature } from './terminal-signature.ts'

const signer = createTestTerminal()
const { terminal } = signer
const expected = {
  origin,
  nonce: Buffer.alloc(32, 9).toString('base64'),
  cardUuid: '6ba7b810-9dad-41d1-80b4-00c04fd430c8',
  keySlot: '9E',
} as const
const good = { aud: origin, nonce: expected.nonce, cardUuid: expected.cardUuid, keySlot: '9E' }

describe("a terminal's co-signature", () => {
  it('is believed when another JOSE library has made it', async () => {
    const jws = await new SignJWT(good)
      .setProtectedHeader({
        alg: 'ES256',
        kid: terminal.id,
        typ: 'ecard-terminal-signature+jwt',
      })
      .setIssuedAt(1_795_000_000)
      .sign(signer.privateKey)
    expect(reasonFor(jws)).toBe('accepted')
  })
  it('is missed', () => {
    expect(reasonFor(undefined)).toBe('terminal-signature-missing')
  })
  it.each([
    ['another origin', { aud: `${origin}.evil` }, 'origin-mismatch'],
    ['a list of origins', { aud: [origin] }, 'terminal-signature-wrong'],
    ['another nonce', { nonce: 'B'.repeat(44) }, 'terminal-signature-wrong'],
    ['a longer nonce', { nonce: `${good.nonce}=` }, 'terminal-signature-wrong'],
    ['another card', { cardUuid: terminal.id }, 'terminal-signature-wrong'],
    ['another key slot', { keySlot: '9A' }, 'terminal-signature-wrong'],
    ['no time', { iat: undefined }, 'terminal-signature-wrong'],
  ])('is refused for %s', (_, claims, reason) => {
    expect(reasonFor(witness(signer, { ...good, ...claims }))).toBe(reason)
  })
  it.each([
    ['a hello', { typ: 'ecard-terminal-hello+jwt' }],
    ['no kind', { typ: undefined }],
    ["another terminal's name", { kid: 'other' }],
    ['no name', { kid: undefined }],
    ['no algorithm', { alg: 'none' }],
    ['a symmetric algorithm', { alg: 'HS256' }],
    ['a critical extension', { crit: [] }],
  ])('is refused with a header of %s', (_, header) => {
    expect(reasonFor(witness(signer, good, header))).toBe('terminal-signature-wrong')
  })
  it('is refused from a terminal that has no key', () => {
    const unenrolled = { ...terminal, publicKey: null }
    expect(reasonFor(witness(signer, good), unenrolled)).toBe('terminal-signature-wrong')
  })
  it('is refused with any character changed, and nothing else ever comes of it', () => {
    const jws = witness(signer, good)
    const anyChange = fc.tuple(fc.nat(jws.length - 1), fc.string({ minLength: 1, maxLength: 3 }))
    fc.assert(
      fc.property(anyChange, ([at, put]) => {
        const changed = jws.slice(0, at) + put + jws.slice(at + 1)
        fc.pre(changed !== jws)
        expect(reasonFor(changed)).toBe('terminal-signature-wrong')
      }),
    )
  })
})

function reasonFor(
  jws: string | undefined,
  by: Parameters<typeof checkTerminalSignature>[0] = terminal,
) {
  try {
    checkTerminalSignature(by, jws, expected)
    return 'accepted'
  } catch (error) {
    return (error as { reason?: unknown }).reason
  }
}
