import 'reflect-metadata'
import { execFile } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import * as x509 from '@peculiar/x509'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { certificateBundle } from '../../src/pki/certificate-bundle.ts'
import { openOcspService, type OcspService } from '../../src/pki/ocsp-service.ts'
import { launchChromium } from '../../src/web/test-support/chromium.ts'
import { startWeb, type WebUnderTest } from '../../src/web/test-support/web-under-test.ts'
import { ocspRequest, readOcspResponse } from '../support/ocsp-client.ts'
import { createOcspFixture, type IssuedLeaf, type OcspFixture } from '../support/ocsp-fixture.ts'
import { writePem } from '../support/pki-fixture.ts'

/** Programs that others wrote ask our responder; they judge by the machine's own time. */
let fixture: OcspFixture
let service: OcspService
let web: WebUnderTest
let url: string

beforeAll(async () => {
  fixture = await createOcspFixture()
  service = await openOcspService(fixture.deps)
  web = await startWeb(({ pki }) => ({
    pki: { ...pki, answerOcsp: (der) => service.answer(der) },
  }))
  url = `${web.url}/pki/ocsp`
  await writePem(join(fixture.folder, 'root.pem'), fixture.ca.root.certificateDer)
  const issuer = fixture.ca.issuing['civil-servant']
  await writePem(join(fixture.folder, 'issuer.pem'), issuer.certificateDer)
})

afterAll(async () => {
  await web.close()
  await service.close()
  await fixture.close()
})

/** A certificate that names our responder, in files for the tools. */
async function issue(name: string): Promise<IssuedLeaf> {
  const leaf = await fixture.issue({
    slot: '9A',
    extraExtensions: [new x509.AuthorityInfoAccessExtension({ ocsp: [url] })],
  })
  await writePem(join(fixture.folder, `${name}.pem`), leaf.der)
  await writeFile(join(fixture.folder, `${name}.der`), leaf.der)
  return leaf
}

async function revoke(leaf: IssuedLeaf, reason = 'keyCompromise'): Promise<void> {
  const at = fixture.deps.clock.now()
  await fixture.certificates.setStatus(leaf, { status: 'revoked', at, reason })
}

interface Outcome {
  readonly status: number
  readonly output: string
}

async function run(program: string, ...args: string[]): Promise<Outcome> {
  try {
    const { stdout, stderr } = await promisify(execFile)(program, args, {
      cwd: fixture.folder,
      timeout: 20_000,
    })
    return { status: 0, output: stdout + stderr }
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string }
    return { status: code, output: stdout + stderr }
  }
}

/** Trusts the root alone. */
function opensslOcsp(...args: string[]): Promise<Outcome> {
  const common = ['-url', url, '-CAfile', 'root.pem', '-issuer', 'issuer.pem']
  return run('openssl', 'ocsp', ...common, ...args)
}

describe('openssl ocsp, which trusts the root alone', () => {
  it.each([
    ['with a nonce', ['-sha1']],
    ['without one', ['-sha1', '-no_nonce']],
    ['by SHA-256', ['-sha256']],
  ])('verifies a good answer %s', async (_name, options) => {
    await issue('good')
    const { status, output } = await opensslOcsp(...options, '-cert', 'good.pem')
    expect(output).toContain('Response verify OK')
    expect(output).toContain('good.pem: good')
    expect(output).not.toContain('WARNING')
    expect(status).toBe(0)
  })

  it('reads time and reason of a revocation, and a hold', async () => {
    await revoke(await issue('revoked'), 'cessationOfOperation')
    const held = await issue('held')
    const at = fixture.deps.clock.now()
    const hold = { status: 'suspended', at, reason: 'certificateHold' } as const
    await fixture.certificates.setStatus(held, hold)
    const { output } = await opensslOcsp('-cert', 'revoked.pem', '-cert', 'held.pem')
    expect(output).toContain('Response verify OK')
    expect(output).toMatch(/revoked\.pem: revoked[\s\S]*Reason: cessationOfOperation/)
    expect(output).toMatch(/held\.pem: revoked[\s\S]*Reason: certificateHold/)
    expect(output).toMatch(/Revocation Time: \w{3} /)
  })

  it('reads several answers in one, among them one about a serial never issued', async () => {
    await issue('one')
    await issue('two')
    const { output } = await opensslOcsp(
      '-cert',
      'one.pem',
      '-serial',
      '0x4aff',
      '-cert',
      'two.pem',
    )
    expect(output).toContain('Response verify OK')
    expect(output).toMatch(/one\.pem: good[\s\S]*0x4aff: unknown[\s\S]*two\.pem: good/)
  })

  it('is told that a stranger’s certificates are not ours to speak of', async () => {
    await writePem(join(fixture.folder, 'other.pem'), fixture.ca.root.certificateDer)
    const args = ['-url', url, '-CAfile', 'root.pem', '-issuer', 'other.pem', '-serial', '0x01']
    expect((await run('openssl', 'ocsp', ...args)).output).toContain('unauthorized (6)')
  })

  it('sees a key identifier, one answer and the signer’s certificate, and no CRL or OCSP of it', async () => {
    await issue('shown')
    const { output } = await opensslOcsp('-cert', 'shown.pem', '-resp_text')
    expect(output).toMatch(/Responder Id: [0-9A-F]{40}/)
    expect(output).toContain('OCSP No Check')
    expect(output).not.toMatch(/Authority Information Access|CRL Distribution/)
  })
})

describe('GnuTLS ocsptool', () => {
  it('asks and verifies, with a nonce, what is good and what is revoked', async () => {
    const leaf = await issue('leaf')
    const ask = () =>
      run(
        ...(['ocsptool', `--ask=${url}`, '--nonce', '--outder'] as const),
        ...['--load-cert=leaf.pem', '--load-issuer=issuer.pem', '--outfile=answer.der'],
      )
    const good = await ask()
    expect(good.output).toContain('Verifying OCSP Response: Success')
    expect(good.output).toContain('Certificate Status: good')
    expect(good.output).toMatch(/Nonce: [0-9a-f]{16}/)
    await revoke(leaf)
    expect((await ask()).output).toContain('Certificate Status: revoked')
  })

  it('verifies an answer with the issuer as its only anchor', async () => {
    const leaf = await issue('anchored')
    const { der } = await service.answer(
      ocspRequest([{ issuerDer: leaf.issuer.certificateDer, serialNumber: leaf.serialNumber }]),
    )
    await writeFile(join(fixture.folder, 'response.der'), der)
    const files = [
      '--load-response=response.der',
      '--load-trust=issuer.pem',
      '--load-cert=anchored.pem',
    ]
    const { output, status } = await run('ocsptool', '--verify-response', ...files)
    expect([output, status]).toEqual([expect.stringContaining('Success'), 0])
  })
})

describe('NSS vfychain', () => {
  it('accepts a certificate that our answer calls good, and refuses one that was revoked', async () => {
    const database = join(fixture.folder, 'nss')
    await mkdir(database)
    const db = `sql:${database}`
    await run('certutil', '-N', '-d', db, '--empty-password')
    await run('certutil', '-A', '-d', db, '-n', 'root', '-t', 'CT,C,C', '-a', '-i', 'root.pem')
    await run('certutil', '-A', '-d', db, '-n', 'issuer', '-t', ',,', '-a', '-i', 'issuer.pem')
    const leaf = await issue('nss-leaf')
    const judge = () =>
      run(
        ...(['vfychain', '-d', db, '-u', '0', '-pp'] as const),
        ...['-g', 'leaf', '-m', 'ocsp', '-s', 'failIfNoInfo', '-a', 'nss-leaf.pem'],
      )
    const good = await judge()
    expect([good.output, good.status]).toEqual([expect.stringContaining('Chain is good'), 0])
    await revoke(leaf)
    const revoked = await judge()
    expect(revoked.output).toMatch(/revoked/i)
    expect(revoked.status).not.toBe(0)
  })
})

describe('a GET', () => {
  it('from Node and from Chromium brings the same answer, and Chromium’s own cache keeps no old one', async () => {
    const leaf = await issue('browser')
    const question = { issuerDer: leaf.issuer.certificateDer, serialNumber: leaf.serialNumber }
    const path = `/pki/ocsp/${encodeURIComponent(ocspRequest([question]).toString('base64'))}`
    const says = (der: Buffer) =>
      readOcspResponse(der, leaf.issuer.certificateDer).certificates[0]?.says
    const browser = await launchChromium()
    try {
      const page = await browser.newPage()
      await page.goto(`${web.url}/pki`)
      const inBrowser = async () => {
        const base64 = await page.evaluate(async (address) => {
          const answer = await fetch(address)
          const bytes = new Uint8Array(await answer.arrayBuffer())
          return btoa(String.fromCharCode(...bytes))
        }, path)
        return says(Buffer.from(base64, 'base64'))
      }
      const inNode = async () =>
        says(Buffer.from(await (await fetch(web.url + path)).arrayBuffer()))
      expect([await inBrowser(), await inBrowser(), await inNode()]).toEqual([
        'good',
        'good',
        'good',
      ])
      await revoke(leaf)
      await expect.poll(inNode, { timeout: 1000 }).toBe('keyCompromise')
      expect(await inBrowser()).toBe('keyCompromise')
    } finally {
      await browser.close()
    }
  })
})

describe('the bundle of authorities', () => {
  it('is read by OpenSSL and GnuTLS', async () => {
    const ders = fixture.ca.authorities.map(({ certificateDer }) => certificateDer)
    await writeFile(join(fixture.folder, 'bundle.p7c'), certificateBundle(ders))
    const args = ['-inform', 'der', '-in', 'bundle.p7c', '-print_certs', '-out', 'bundle.pem']
    expect((await run('openssl', 'pkcs7', ...args)).status).toBe(0)
    const pem = await readFile(join(fixture.folder, 'bundle.pem'), 'utf8')
    expect(pem.match(/BEGIN CERTIFICATE/g)).toHaveLength(ders.length)
    const gnutls = await run('certtool', '--p7-info', '--inder', '--infile=bundle.p7c')
    expect([gnutls.status, gnutls.output]).toEqual([
      0,
      expect.stringContaining('BEGIN CERTIFICATE'),
    ])
  })
})
