import { open, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../src/errors.ts'
import { openFileKeystore } from '../../src/keystore/file-keystore.ts'
import { readOrMakePassphrase } from '../../src/keystore/passphrase.ts'
import { systemRandom } from '../../src/random.ts'

/** Makes keys on a disk that fills up and is cleared again, and prints what became of each. */
const folder = process.argv[2] ?? ''
const passphrase = Buffer.from('one passphrase for tests')
const keystore = await openFileKeystore({ directory: folder, passphrase, random: systemRandom })

const before = await outcomeOf(keystore.generate('before', 'P-256'))
const ballast = join(folder, 'ballast')
await fill(ballast)
const full = await outcomeOf(keystore.generate('full', 'P-256'))
const makePassphrase = readOrMakePassphrase(join(folder, 'passphrase'), systemRandom)
const secret = await outcomeOf(makePassphrase)
const left = (await readdir(folder)).sort()
await rm(ballast)
const after = await outcomeOf(keystore.generate('full', 'P-256'))
process.stdout.write(JSON.stringify({ before, full, secret, left, after }))

async function outcomeOf(work: Promise<unknown>): Promise<unknown> {
  try {
    await work
    return 'made'
  } catch (error) {
    return error instanceof AppError ? { message: error.message, ...error.facts } : String(error)
  }
}

async function fill(path: string): Promise<void> {
  const file = await open(path, 'w')
  try {
    for (;;) await file.write(Buffer.alloc(4096))
  } catch {
    // Full.
  } finally {
    await file.close()
  }
}
