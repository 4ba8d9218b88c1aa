import { execFile } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { cardSecretsOf } from './card-secrets.ts'
import { deriveKey } from './key-derivation.ts'

const secret = Buffer.alloc(32, 0x5c)
const master = {
  hmac: (data: Uint8Array) => Promise.resolve(createHmac('sha256', secret).update(data).digest()),
}
const cardUuid = '6f1f4c0e-3d59-4f0b-9a57-2d1b8d0f5c11'

/** The same by OpenSSL's KBKDF (NIST SP 800-108, counter mode). */
async function kbkdf(label: string, context: Buffer, byteCount: number): Promise<string> {
  const option = (text: string) => ['-kdfopt', text]
  const { stdout } = await promisify(execFile)('openssl', [
    ...['kdf', '-keylen', String(byteCount)],
    ...[...option('mode:counter'), ...option('mac:HMAC'), ...option('digest:SHA256')],
    ...option(`hexkey:${secret.toString('hex')}`),
    ...option(`hexsalt:${Buffer.from(label).toString('hex')}`),
    ...option(`hexinfo:${context.toString('hex')}`),
    'KBKDF',
  ])
  return stdout.trim().replaceAll(':', '').toLowerCase()
}

describe('key derivation', () => {
  it.each([1, 16, 24, 32, 33, 64, 100])('gives the %i bytes that OpenSSL gives', async (count) => {
    const context = Buffer.from('00ff1122', 'hex')
    const derived = await deriveKey(master, { label: 'a purpose', context }, count)
    expect(derived.toString('hex')).toBe(await kbkdf('a purpose', context, count))
  })
})

describe("a card's own secrets", () => {
  const secrets = cardSecretsOf(master)

  it.each([
    ['AES-256', 32],
    ['AES-192', 24],
    ['AES-128', 16],
    ['3DES', 24],
  ] as const)('have a %s management key of its length', async (algorithm, length) => {
    const key = await secrets.managementKey({ cardUuid, version: 1 }, algorithm)
    expect(key).toMatchObject({ algorithm })
    expect(key.bytes).toHaveLength(length)
  })

  it('have a 3DES key with odd parity', async () => {
    const { bytes } = await secrets.managementKey({ cardUuid, version: 1 }, '3DES')
    const ones = [...bytes].map((byte) => byte.toString(2).replaceAll('0', '').length)
    expect(ones.every((count) => count % 2 === 1)).toBe(true)
  })

  it('differ by card and by version, and are the same every time', async () => {
    const other = '6f1f4c0e-3d59-4f0b-9a57-2d1b8d0f5c12'
    const all = await Promise.all(
      [
        { cardUuid, version: 1 },
        { cardUuid, version: 2 },
        { cardUuid: other, version: 1 },
        { cardUuid, version: 1 },
      ].map(async (of) => {
        const { bytes } = await secrets.managementKey(of, 'AES-256')
        return `${bytes.toString('hex')} ${(await secrets.puk(of)).toString()}`
      }),
    )
    expect(new Set(all).size).toBe(3)
    expect(all[3]).toBe(all[0])
  })

  it('have a PUK of eight digits, each as likely as the others', async () => {
    const counts = new Map<string, number>()
    for (let version = 1; version <= 2000; version++) {
      const puk = (await secrets.puk({ cardUuid, version })).toString()
      expect(puk).toMatch(/^\d{8}$/)
      for (const digit of puk) counts.set(digit, (counts.get(digit) ?? 0) + 1)
    }
    // 1600 of each are expected; five standard deviations are 190.
    expect(counts.size).toBe(10)
    for (const count of counts.values()) expect(Math.abs(count - 1600)).toBeLessThan(190)
  })
})
