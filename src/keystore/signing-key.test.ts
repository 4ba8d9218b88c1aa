import { createPublicKey, verify } from 'node:crypto'
import { expect, it } from 'vitest'
import { importSigningKey, makePrivateKey } from './signing-key.ts'

const data = Buffer.from('what is signed')

it.each([
  { algorithm: 'P-256', hash: 'sha256', bytes: 64 },
  { algorithm: 'P-384', hash: 'sha384', bytes: 96 },
  { algorithm: 'RSA-2048', hash: 'sha256', bytes: 256 },
] as const)('signs with $algorithm as JWS wants it', async ({ algorithm, hash, bytes }) => {
  const made = await importSigningKey('ca-root', await makePrivateKey(algorithm))
  const signature = await made.sign(data)
  const publicKey = createPublicKey({ key: made.publicKey, format: 'der', type: 'spki' })
  const key = { key: publicKey, dsaEncoding: 'ieee-p1363' } as const
  expect(made.algorithm).toBe(algorithm)
  expect(signature).toHaveLength(bytes)
  expect(verify(hash, data, key, signature)).toBe(true)
  expect(verify(hash, Buffer.from('something else'), key, signature)).toBe(false)
})
