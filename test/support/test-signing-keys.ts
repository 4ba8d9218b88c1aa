import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openFileKeystore } from '../../src/keystore/file-keystore.ts'
import { openSigningKeys, type ExternalSigningKey } from '../../src/oidc/signing-keys.ts'
import { systemRandom } from '../../src/random.ts'

/** Token signing keys out of a real keystore, whose folder is gone afterwards. */
export async function testSigningKeys(): Promise<ExternalSigningKey[]> {
  const directory = await mkdtemp(join(tmpdir(), 'ecard-keystore-'))
  try {
    const passphrase = Buffer.from('a passphrase of this test')
    return await openSigningKeys(
      await openFileKeystore({ directory, passphrase, random: systemRandom }),
    )
  } finally {
    await rm(directory, { recursive: true })
  }
}
