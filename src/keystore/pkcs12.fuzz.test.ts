import { execFile } from 'node:child_process'
import { createPublicKey, type KeyObject, X509Certificate } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  sealTestContents,
  testBags,
  testContents,
  testPkcs12,
} from '../../test/support/test-pkcs12.ts'
import { Pkcs12Refused } from '../errors.ts'
import type { PortableKeystore } from './keystore.ts'
import { importPkcs12 } from './pkcs12.ts'

const password = 'Mật khẩu'
/** Kept, so that every run meets the same files; a failure prints its own seed and path. */
const seeds = [20_260_801, 3, 7292]
const runsPerSeed = 1_250

/** One file for each place that a stranger can write to. */
const corpus: Partial<Record<string, { original: Buffer; wrap: (altered: Buffer) => Buffer }>> = {}

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'ecard-fuzz-'))
  try {
    await makeCorpus(folder)
  } finally {
    await rm(folder, { recursive: true })
  }
})

async function makeCorpus(folder: string): Promise<void> {
  const openssl = (...args: string[]) => promisify(execFile)('openssl', args, { cwd: folder })
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-noenc']
  await openssl('req', '-x509', ...kind, '-subj', '/CN=x', '-keyout', 'key', '-out', 'crt')
  await openssl('x509', '-in', 'crt', '-outform', 'der', '-out', 'der')
  await openssl('pkcs8', '-topk8', '-nocrypt', '-in', 'key', '-outform', 'der', '-out', 'pkcs8')
  await writeFile(join(folder, 'password'), password)
  const pair = ['-inkey', 'key', '-in', 'crt', '-passout', 'file:password', '-iter', '1']
  await openssl('pkcs12', '-export', ...pair, '-out', 'modern')
  await openssl('pkcs12', '-export', ...pair, '-legacy', '-out', 'legacy')
  const read = (file: string) => readFile(join(folder, file))
  const [pkcs8, certificate] = [await read('pkcs8'), await read('der')]
  const parts = { certificates: [certificate], password }
  const bags = testBags({ ...parts, keys: [pkcs8] })
  const asItIs = (altered: Buffer) => altered
  const sealed = (contents: Buffer) => sealTestContents(contents, password)
  Object.assign(corpus, {
    'the file': { original: await read('modern'), wrap: asItIs },
    'a legacy file': { original: await read('legacy'), wrap: asItIs },
    'what the MAC protects': { original: testContents(bags), wrap: sealed },
    'the bags': { original: bags, wrap: (altered: Buffer) => sealed(testContents(altered)) },
    'the private key': {
      original: pkcs8,
      wrap: (altered: Buffer) => testPkcs12({ ...parts, keys: [altered] }),
    },
    'the certificate': {
      original: certificate,
      wrap: (altered: Buffer) => testPkcs12({ keys: [pkcs8], certificates: [altered], password }),
    },
  })
}

const edit = fc.record({
  kind: fc.constantFrom('set', 'flip', 'insert', 'remove', 'repeat', 'cut'),
  at: fc.nat(4_000),
  length: fc.nat(16),
  byte: fc.oneof(
    fc.nat(255),
    fc.constantFrom(0, 1, 2, 4, 5, 6, 0x30, 0x31, 0x7f, 0x80, 0x84, 0xa0, 0xff),
  ),
})
type Edit = typeof edit extends fc.Arbitrary<infer T> ? T : never
const edits = fc.array(edit, { minLength: 1, maxLength: 4 })

function apply(bytes: Buffer, { kind, at, length, byte }: Edit): Buffer {
  const start = bytes.length === 0 ? 0 : at % bytes.length
  const [before, rest] = [bytes.subarray(0, start), bytes.subarray(start)]
  switch (kind) {
    case 'set':
      return Buffer.concat([before, Buffer.from([byte]), rest.subarray(1)])
    case 'flip':
      return Buffer.concat([
        before,
        Buffer.from([(rest[0] ?? 0) ^ (1 << (byte % 8))]),
        rest.subarray(1),
      ])
    case 'insert':
      return Buffer.concat([before, Buffer.alloc(length, byte), rest])
    case 'remove':
      return Buffer.concat([before, rest.subarray(length)])
    case 'repeat':
      return Buffer.concat([before, rest.subarray(0, length), rest])
    case 'cut':
      return before
  }
}

/** Takes a key, and remembers that it did. */
function tray(): { adopted: KeyObject[]; keystore: PortableKeystore } {
  const adopted: KeyObject[] = []
  const none = () => Promise.reject(new Error('not asked for in an import'))
  const adopt = (name: string, privateKey: KeyObject) => {
    adopted.push(privateKey)
    const publicKey = createPublicKey(privateKey).export({ format: 'der', type: 'spki' })
    return Promise.resolve({ name, algorithm: 'P-256' as const, publicKey, sign: none })
  }
  const secrets = { hasSecret: none, generateSecret: none, secret: none }
  const keystore = { has: none, generate: none, key: none, encryptedKey: none, adopt, ...secrets }
  return { adopted, keystore }
}

async function judge(pkcs12: Buffer): Promise<string> {
  const { adopted, keystore } = tray()
  const secrets = { password: Buffer.from(password), allowLegacy: true }
  try {
    const { key, certificates } = await importPkcs12(keystore, { name: 'x', pkcs12, ...secrets })
    const certified = new X509Certificate(certificates[0] ?? '').publicKey
    expect(certified.export({ format: 'der', type: 'spki' })).toEqual(key.publicKey)
    expect(adopted).toHaveLength(1)
    return 'taken'
  } catch (error) {
    if (!(error instanceof Pkcs12Refused)) throw error
    expect(adopted).toEqual([])
    return String(error.facts['problem'])
  }
}

describe('an altered PKCS#12 file is taken as what it says or refused with a reason', () => {
  const outcomes = new Map<string, number>()
  let runs = 0

  it.each([
    'the file',
    'a legacy file',
    'what the MAC protects',
    'the bags',
    'the private key',
    'the certificate',
  ])('where %s was altered', { timeout: 120_000 }, async (place) => {
    const file = corpus[place]
    if (file === undefined) throw new Error(`no file for ${place}`)
    const { original, wrap } = file
    expect(await judge(wrap(original))).toBe('taken')
    for (const seed of seeds) {
      const property = fc.asyncProperty(edits, async (list) => {
        const outcome = await judge(wrap(list.reduce(apply, original)))
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
        runs++
      })
      await fc.assert(property, { seed, numRuns: runsPerSeed })
    }
  })

  it('in as many cases as were asked for, not all of which end at the first check', () => {
    expect(runs).toBeGreaterThanOrEqual(15_000)
    expect([...outcomes.keys()]).toEqual(
      expect.arrayContaining(['taken', 'malformed', 'wrong-password', 'key-unsupported']),
    )
  })
})
