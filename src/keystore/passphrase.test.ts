import { mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { systemRandom } from '../random.ts'
import { deriveSecret, readOrMakePassphrase, readPassphrase } from './passphrase.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ecard-passphrase-'))
})
afterEach(() => rm(folder, { recursive: true }))

it('makes one passphrase that ten first starts at once agree on', async () => {
  const path = join(folder, 'keystore', 'passphrase')
  const read = await Promise.all(
    Array.from({ length: 10 }, () => readOrMakePassphrase(path, systemRandom)),
  )
  expect(new Set(read.map((passphrase) => passphrase.toString())).size).toBe(1)
  expect((await stat(path)).mode & 0o777).toBe(0o600)
  expect(await readdir(join(folder, 'keystore'))).toEqual(['passphrase'])
})

it('keeps a passphrase that is there', async () => {
  const path = join(folder, 'passphrase')
  await writeFile(path, 'of our own\n')
  expect((await readOrMakePassphrase(path, systemRandom)).toString()).toBe('of our own')
  expect(await readFile(path, 'utf8')).toBe('of our own\n')
})

it('names the file that is missing or empty', async () => {
  const path = join(folder, 'passphrase')
  await expect(readPassphrase(path)).rejects.toMatchObject({
    code: 'KEYSTORE_UNAVAILABLE',
    facts: { problem: 'passphrase-unreadable' },
  })
  await writeFile(path, '\n')
  await expect(readPassphrase(path)).rejects.toMatchObject({
    facts: { problem: 'passphrase-empty' },
  })
})

it('derives a different secret for each purpose, the same at every node', () => {
  const passphrase = Buffer.from('of our own')
  expect(deriveSecret(passphrase, 'cookies')).toEqual(deriveSecret(passphrase, 'cookies'))
  expect(deriveSecret(passphrase, 'cookies')).not.toEqual(deriveSecret(passphrase, 'codes'))
})
