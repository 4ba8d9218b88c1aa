import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { signs } from '../../test/contracts/keystore.ts'
import { SoftHsm } from '../../test/support/soft-hsm.ts'
import { systemRandom } from '../random.ts'
import { type HsmKeys, openKeystore, type OpenKeystore } from './open-keystore.ts'

const opened: OpenKeystore[] = []
let hsm: SoftHsm
let directory: string

beforeAll(async () => {
  hsm = await SoftHsm.start()
})
afterAll(() => hsm.release())
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ecard-keystore-'))
})
afterEach(async () => {
  for (const keystore of opened.splice(0)) keystore.close()
  await rm(directory, { recursive: true })
})

async function open(pkcs11: HsmKeys | null): Promise<OpenKeystore> {
  const passphrase = Buffer.from('one passphrase for tests')
  const keystore = await openKeystore({ directory, passphrase, random: systemRandom, pkcs11 })
  opened.push(keystore)
  return keystore
}

it('puts each family of keys where the settings say, and the rest into files', async () => {
  const keystore = await open({ ...hsm.address, keys: ['ca', 'ocsp'] })
  const names = ['ca-citizen', 'ocsp-citizen', 'oidc-es256', 'other']
  for (const name of names) {
    const made = await keystore.generate(name, 'P-256')
    expect(await keystore.has(name)).toBe(true)
    expect(await signs(await keystore.key(name), made)).toBe(true)
  }
  expect((await readdir(directory)).sort()).toEqual(['oidc-es256.pem', 'other.pem'])
  expect(await hsm.describePrivateKey('ca-citizen')).toContain('never extractable')
  expect(await hsm.describePrivateKey('ocsp-citizen')).toContain('never extractable')
})

it('does not look for a key of the token among the files', async () => {
  await (await open(null)).generate('ca-root', 'P-256')
  const keystore = await open({ ...hsm.address, keys: ['ca'] })
  expect(await keystore.has('ca-root')).toBe(false)
  await expect(keystore.key('ca-root')).rejects.toMatchObject({
    facts: { problem: 'key-missing', token: hsm.address.token },
  })
})

it('serves the keys in files while the HSM is away', async () => {
  const keystore = await open({ ...hsm.address, keys: ['ca'] })
  const key = await keystore.generate('oidc-rs256', 'RSA-2048')
  await hsm.takeAway()
  expect(await signs(key)).toBe(true)
  await expect(keystore.key('ca-citizen')).rejects.toMatchObject({
    facts: { problem: 'hsm-unreachable' },
  })
  await hsm.bringBack()
})

it('asks no HSM where no keys are on it', async () => {
  const keystore = await open({ ...hsm.address, module: '/nowhere/module.so', keys: [] })
  expect(await signs(await keystore.generate('ca-citizen', 'P-256'))).toBe(true)
})
