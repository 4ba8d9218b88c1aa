import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cardRequest } from '../../test/support/card-request.ts'
import {
  createPkiFixture,
  fixturePassphrase,
  openssl,
  writePem,
  type PkiFixture,
} from '../../test/support/pki-fixture.ts'
import { SoftHsm } from '../../test/support/soft-hsm.ts'
import { openKeystore, type OpenKeystore } from '../keystore/open-keystore.ts'
import { systemRandom } from '../random.ts'
import { readCeremony, type Ceremony } from './ceremony.ts'
import { holdCeremony, prepareCeremony } from './hold-ceremony.ts'
import { issueCardCertificate } from './issue-card-certificate.ts'

let fixture: PkiFixture
let hsm: SoftHsm
let keystore: OpenKeystore
let ceremony: Ceremony
beforeAll(async () => {
  ;[fixture, hsm] = await Promise.all([createPkiFixture(), SoftHsm.start()])
  keystore = await openKeystore({
    directory: join(fixture.folder, 'hsm-keystore'),
    passphrase: fixturePassphrase,
    random: systemRandom,
    pkcs11: { ...hsm.address, keys: ['ca'] },
  })
  ceremony = await readCeremony()
})
afterAll(async () => {
  keystore.close()
  await hsm.release()
  await fixture.close()
})

describe('a ceremony with its keys in an HSM', () => {
  it('makes nothing while the HSM is away, and everything when it is back', async () => {
    const deps = { ...fixture.deps, keystore }
    await hsm.takeAway()
    const hold = async () => {
      const steps = await prepareCeremony(deps, ceremony, { place: 'service' })
      return holdCeremony(deps, steps, { actor: null })
    }
    await expect(hold()).rejects.toMatchObject({ code: 'KEYSTORE_UNAVAILABLE' })
    expect(await fixture.deps.certificates.listAuthorities()).toEqual([])
    await hsm.bringBack()
    expect(await hold()).toHaveLength(5)
    expect(await fixture.deps.keystore.has('ca-root')).toBe(false)

    const request = await cardRequest(fixture, { kind: 'citizen', slot: '9E' })
    const { der } = await issueCardCertificate(deps, request)
    const rows = await fixture.deps.certificates.listAuthorities()
    const [root, ...issuing] = rows.map(({ certificateDer }) => certificateDer)
    await writePem(join(fixture.folder, 'root.pem'), root ?? Buffer.of())
    await writePem(join(fixture.folder, 'issuing.pem'), ...issuing)
    await writePem(join(fixture.folder, 'leaf.pem'), der)
    const at = ['-attime', String(fixture.now.getTime() / 1000)]
    const files = ['-CAfile', 'root.pem', '-untrusted', 'issuing.pem', 'leaf.pem']
    const said = await openssl(fixture.folder, 'verify', '-x509_strict', ...at, ...files)
    expect(said).toContain('leaf.pem: OK')
  })
})
