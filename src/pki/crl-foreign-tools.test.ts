import { spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { AddedLeaf } from '../../test/support/crl-authorities.ts'
import {
  createCrlFixture,
  type CrlFixture,
  type CrlFixtureOptions,
} from '../../test/support/crl-fixture.ts'
import { systemClock } from '../clock.ts'
import {
  holdCertificate,
  releaseCertificate,
  revokeAuthority,
  revokeCertificate,
} from './revocation.ts'

const by = { actor: 'ecard', role: 'administrator' } as const

let fixture: CrlFixture
afterEach(() => fixture.close())

/** These tools read the wall clock, so the authorities are of today. */
async function open(options: CrlFixtureOptions = {}): Promise<void> {
  fixture = await createCrlFixture({ ...options, now: systemClock.now() })
  await fixture.writePem('root.pem', 'CERTIFICATE', fixture.root.certificateDer)
  await fixture.writePem('ca.pem', 'CERTIFICATE', fixture.issuing.certificateDer)
}

/** Output and exit status of a tool in the fixture's folder. */
function run(tool: string, ...args: string[]): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(tool, args, {
    cwd: fixture.folder,
    encoding: 'utf8',
  })
  return { status, output: stdout + stderr }
}

/** A second passes with each list, so that none is from the future or of the same moment. */
async function publish(partition = 0): Promise<void> {
  await fixture.writePem('crl.pem', 'X509 CRL', await fixture.publish(fixture.issuing, partition))
}

describe('OpenSSL', () => {
  async function verify({ der }: AddedLeaf, ...options: string[]) {
    await fixture.writePem('leaf.pem', 'CERTIFICATE', der)
    const files = ['-CAfile', 'root.pem', '-untrusted', 'ca.pem', '-CRLfile', 'crl.pem']
    return run('openssl', 'verify', '-x509_strict', ...options, ...files, 'leaf.pem')
  }

  const good = { status: 0, output: 'leaf.pem: OK\n' }
  const revoked = { status: 2, output: expect.stringContaining('certificate revoked') as string }

  it('finds a good certificate good, a revoked and a held one revoked, a released one good', async () => {
    await open()
    const [fine, gone, held] = [
      await fixture.addCertificate(),
      await fixture.addCertificate(),
      await fixture.addCertificate(),
    ]
    await revokeCertificate(fixture.deps, { certificate: gone, reason: 'keyCompromise', ...by })
    await holdCertificate(fixture.deps, { certificate: held, ...by })
    await publish()
    expect(await verify(fine, '-crl_check')).toEqual(good)
    expect(await verify(gone, '-crl_check')).toMatchObject(revoked)
    expect(await verify(held, '-crl_check')).toMatchObject(revoked)
    await releaseCertificate(fixture.deps, { certificate: held, ...by })
    await publish()
    expect(await verify(held, '-crl_check')).toEqual(good)
    expect(await verify(gone, '-crl_check')).toMatchObject(revoked)
  })

  it('checks the whole path, and refuses one through a revoked authority', async () => {
    await open()
    const leaf = await fixture.addCertificate()
    await publish()
    await fixture.writePem('root-crl.pem', 'X509 CRL', await fixture.publish(fixture.root))
    const whole = ['-crl_check_all', '-CRLfile', 'root-crl.pem']
    expect(await verify(leaf, ...whole)).toEqual(good)
    const { issuing, deps } = fixture
    await revokeAuthority(deps, { authorityId: issuing.id, reason: 'cACompromise', actor: 'ecard' })
    await fixture.writePem('root-crl.pem', 'X509 CRL', await fixture.publish(fixture.root))
    expect(await verify(leaf, ...whole)).toMatchObject({
      ...revoked,
      output: expect.stringMatching(/error 23 at 1 depth/) as string,
    })
  })

  it('takes a part for the certificates that name it, and for no others', async () => {
    await open({ partitions: 2 })
    const [here, gone] = [
      await fixture.addCertificate({ partition: 1 }),
      await fixture.addCertificate({ partition: 1 }),
    ]
    const elsewhere = await fixture.addCertificate({ partition: 0 })
    await revokeCertificate(fixture.deps, { certificate: gone, reason: 'superseded', ...by })
    await publish(1)
    for (const support of [[], ['-extended_crl']]) {
      expect(await verify(here, '-crl_check', ...support)).toEqual(good)
      expect(await verify(gone, '-crl_check', ...support)).toMatchObject(revoked)
      expect(await verify(elsewhere, '-crl_check', ...support)).toMatchObject({
        ...{ status: 2, output: expect.stringContaining('different CRL scope') as string },
      })
    }
  })

  it('reads all of it, and verifies the signature', async () => {
    await open()
    const certificate = await fixture.addCertificate({ serialNumber: '80f1' })
    await revokeCertificate(fixture.deps, { certificate, reason: 'privilegeWithdrawn', ...by })
    await publish()
    const { status, output } = run(
      'openssl',
      'crl',
      '-in',
      'crl.pem',
      '-CAfile',
      'ca.pem',
      '-noout',
      '-verify',
      '-text',
    )
    expect(status).toBe(0)
    expect(output).toContain('verify OK')
    expect(output).toMatch(/CRL Number: *\n *1\n/)
    expect(output).toMatch(
      /Issuing Distribution Point: critical\n *Full Name:\n *URI:http:\/\/pki\.example\/pki\/crl\/civil-servant\/0\.crl/,
    )
    expect(output).toMatch(
      /Serial Number: 80F1\n.*\n.*\n *X509v3 CRL Reason Code: *\n *Privilege Withdrawn/,
    )
  })

  it('reads every entry of a list with every reason and both forms of time', async () => {
    await open({ algorithm: 'RSA-2048' })
    const certificate = await fixture.addCertificate({ serialNumber: '4a01' })
    await revokeCertificate(fixture.deps, { certificate, reason: 'unspecified', ...by })
    const future = await fixture.addCertificate({
      serialNumber: '4a02',
      notAfter: new Date('2060-01-01T00:00:00Z'),
    })
    const deps = { ...fixture.deps, clock: { now: () => new Date('2051-07-01T12:00:00Z') } }
    await revokeCertificate(deps, { certificate: future, reason: 'cessationOfOperation', ...by })
    await publish()
    const { output } = run('openssl', 'crl', '-in', 'crl.pem', '-noout', '-text')
    expect(output).toContain('Revocation Date: Jul  1 12:00:00 2051 GMT')
    expect(output.match(/CRL Reason Code/g)).toHaveLength(1)
  })
})

describe('GnuTLS', () => {
  beforeEach(() => open())

  it('verifies the signature, and tells what is on the list', async () => {
    const certificate = await fixture.addCertificate()
    await revokeCertificate(fixture.deps, { certificate, reason: 'keyCompromise', ...by })
    await publish()
    const verified = run(
      'certtool',
      '--verify-crl',
      '--load-ca-certificate',
      'ca.pem',
      '--infile',
      'crl.pem',
    )
    expect(verified.output).toContain('Verification output: Verified.')
    expect(verified.status).toBe(0)
    const { output } = run('certtool', '--crl-info', '--infile', 'crl.pem')
    expect(output).toContain('Revoked certificates (1)')
    expect(output).toContain(`Serial Number (hex): ${certificate.serialNumber}`)
    expect(output).toContain('CRL Number (not critical): 01')
  })
})

describe('NSS', () => {
  beforeEach(async () => {
    await open()
    mkdirSync(join(fixture.folder, 'nss'))
    const files = { 'root.der': fixture.root, 'ca.der': fixture.issuing }
    for (const [name, { certificateDer }] of Object.entries(files))
      await writeFile(join(fixture.folder, name), certificateDer)
    const inNss = (...args: string[]) => run('certutil', '-d', 'sql:nss', ...args)
    expect(inNss('-N', '--empty-password').status).toBe(0)
    expect(inNss('-A', '-n', 'root', '-t', 'CT,C,C', '-i', 'root.der').status).toBe(0)
    expect(inNss('-A', '-n', 'ca', '-t', ',,', '-i', 'ca.der').status).toBe(0)
  })

  const importCrl = () => run('crlutil', '-I', '-i', 'crl.der', '-d', 'sql:nss')

  async function check({ der }: AddedLeaf) {
    await writeFile(join(fixture.folder, 'leaf.der'), der)
    const leafByList = ['-g', 'leaf', '-m', 'crl', '-s', 'failIfNoInfo']
    return run('vfychain', '-d', 'sql:nss', '-pp', ...leafByList, '-u', '0', 'leaf.der')
  }

  it('imports a whole list that does not name its address, and goes by it', async () => {
    const policy = { ...fixture.deps.policy, distributionPoint: 'parts' } as const
    Object.assign(fixture.deps, { policy })
    const [fine, gone] = [await fixture.addCertificate(), await fixture.addCertificate()]
    await revokeCertificate(fixture.deps, { certificate: gone, reason: 'keyCompromise', ...by })
    await writeFile(join(fixture.folder, 'crl.der'), await fixture.publish())
    expect(importCrl()).toMatchObject({ status: 0 })
    expect(await check(fine)).toMatchObject({ status: 0, output: 'Chain is good!\n' })
    const refused = await check(gone)
    expect(refused.output).toContain('ERROR -8180')
    expect(refused.status).not.toBe(0)
  })

  it('refuses a list that names its address, as the choice between the two says', async () => {
    await writeFile(join(fixture.folder, 'crl.der'), await fixture.publish())
    const { status, output } = importCrl()
    expect(status).not.toBe(0)
    expect(output).toContain('SEC_ERROR_CRL_UNKNOWN_CRITICAL_EXTENSION')
  })
})
