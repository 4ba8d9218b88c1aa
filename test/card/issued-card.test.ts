/** A card that we issued, before tools that we did not write, through the machine's own PC/SC. */
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { VirtualCard } from '../../card-reader/virtual-card/virtual-card.ts'
import { createVpcdSlot, type VpcdSlot } from '../../card-reader/virtual-card/vpcd.ts'
import { takeChuidApart } from '../../src/cards/card-objects.ts'
import type { IssuedCard } from '../../src/cards/issue-card.ts'
import { renewCard } from '../../src/cards/renew-card.ts'
import { chosenPin, createIssuingFixture, type IssuingFixture } from '../support/issuing-fixture.ts'
import { writePem } from '../support/pki-fixture.ts'
import { acquirePcscd, untilPcscSees, vpcdReaderNames, type Pcscd } from '../support/pcscd.ts'

let fixture: IssuingFixture
let pcscd: Pcscd
let reader: VpcdSlot
let folder: string
let issued: IssuedCard
const card = VirtualCard.create()

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ecard-issued-'))
  fixture = await createIssuingFixture()
  issued = await fixture.issue(card, await fixture.request('civil-servant'))
  pcscd = await acquirePcscd()
  reader = createVpcdSlot()
  await reader.insert(card)
  await untilPcscSees('card', vpcdReaderNames[0])
  const authorities = await fixture.pki.deps.certificates.listAuthorities()
  const [root] = authorities.filter(({ kind }) => kind === 'root')
  const [issuing] = authorities.filter(({ kind }) => kind === 'civil-servant')
  await writePem(join(folder, 'root.pem'), root?.certificateDer ?? Buffer.of())
  await writePem(join(folder, 'issuing.pem'), issuing?.certificateDer ?? Buffer.of())
  const both = [root, issuing].map((one) => one?.certificateDer ?? Buffer.of())
  await writePem(join(folder, 'both.pem'), ...both)
})
afterAll(async () => {
  await reader.remove()
  await untilPcscSees('no card', vpcdReaderNames[0])
  await pcscd.release()
  await fixture.close()
  rmSync(folder, { recursive: true, force: true })
})

/** Output of both streams; a tool that fails is a failed test, with what it said. */
async function run(tool: string, ...parameters: readonly string[]): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)(tool, parameters, {
    timeout: 60_000,
    cwd: folder,
  })
  return stdout + stderr
}

const opensslTime = (): string => String(Math.floor(fixture.pki.now.getTime() / 1000) + 60)

describe('a card that we issued', () => {
  it('is read by pkcs15-tool, with all its certificates', async () => {
    const output = await run('pkcs15-tool', '--list-certificates')
    expect(output.match(/^X\.509 Certificate/gm)).toHaveLength(4)
  })

  it('signs for pkcs11-tool after login, and openssl verifies by its certificate', async () => {
    writeFileSync(join(folder, 'data'), 'what is signed')
    const key = ['--id', '01', '--mechanism', 'ECDSA-SHA256', '--signature-format', 'openssl']
    const files = ['--input-file', 'data', '--output-file', 'signature']
    await run('pkcs11-tool', '--login', '--pin', chosenPin, '--sign', ...key, ...files)
    await run('pkcs15-tool', '--read-certificate', '01', '--output', '9a.pem')
    const publicKey = await run('openssl', 'x509', '-in', '9a.pem', '-noout', '-pubkey')
    writeFileSync(join(folder, 'key.pem'), publicKey)
    const verified = ['-verify', 'key.pem', '-signature', 'signature', 'data']
    expect(await run('openssl', 'dgst', '-sha256', ...verified)).toContain('Verified OK')
  })

  it('gives its keys to ssh-keygen through OpenSC', async () => {
    const { stdout } = await promisify(execFile)('sh', [
      '-c',
      'for m in /usr/lib/*/opensc-pkcs11.so /usr/lib/*/pkcs11/opensc-pkcs11.so; do [ -f $m ] && echo $m; done | head -1',
    ])
    const output = await run('ssh-keygen', '-D', stdout.trim())
    expect(output.match(/^ecdsa-sha2-nistp256 /gm)?.length).toBeGreaterThanOrEqual(2)
  })

  it.each(['01', '02', '03', '04'])('has certificate %s that openssl verifies', async (id) => {
    await run('pkcs15-tool', '--read-certificate', id, '--output', 'leaf.pem')
    const chain = ['-CAfile', 'root.pem', '-untrusted', 'issuing.pem']
    // The EKU of 9E is critical and one that openssl has no purpose for.
    const lenient = ['-ignore_critical', '-attime', opensslTime()]
    expect(await run('openssl', 'verify', ...chain, ...lenient, 'leaf.pem')).toContain(': OK')
  })

  it('has a CHUID whose signature openssl cms verifies, and refuses for another card', async () => {
    const object = Buffer.from(card.state.objects['5fc102'] ?? '', 'base64')
    const content = object.subarray(object[1] === 0x82 ? 4 : 3)
    const { toSign = Buffer.of(), signature = Buffer.of() } = takeChuidApart(content) ?? {}
    expect(toSign.includes(Buffer.from(issued.card.cardUuid.replaceAll('-', ''), 'hex'))).toBe(true)
    writeFileSync(join(folder, 'chuid.der'), signature)
    writeFileSync(join(folder, 'chuid'), toSign)
    const verify = (file: string) =>
      run(
        'openssl',
        ...['cms', '-verify', '-inform', 'DER', '-in', 'chuid.der', '-binary', '-content', file],
        ...['-CAfile', 'both.pem', '-purpose', 'any'],
        ...['-ignore_critical', '-attime', opensslTime(), '-out', '/dev/null'],
      )
    expect(await verify('chuid')).toMatch(/verification successful/i)
    const forged = Buffer.from(toSign)
    forged[30] = (forged[30] ?? 0) ^ 1
    writeFileSync(join(folder, 'forged'), forged)
    await expect(verify('forged')).rejects.toThrow(/erification fail/i)
  })

  it('reads, verifies and signs like that after it was renewed in place', async () => {
    const before = await run('pkcs15-tool', '--read-certificate', '01')
    await reader.remove()
    await untilPcscSees('no card', vpcdReaderNames[0])
    const asked = { desk: 'test desk', actor: 'test', reason: 'runs out', early: true }
    await fixture.desk(card).withCard((one) => renewCard(fixture.deps, one, asked))
    await reader.insert(card)
    await untilPcscSees('card', vpcdReaderNames[0])
    const chain = ['-CAfile', 'root.pem', '-untrusted', 'issuing.pem']
    const lenient = ['-ignore_critical', '-attime', opensslTime()]
    for (const id of ['01', '02', '03', '04']) {
      await run('pkcs15-tool', '--read-certificate', id, '--output', 'leaf.pem')
      expect(await run('openssl', 'verify', ...chain, ...lenient, 'leaf.pem')).toContain(': OK')
    }
    expect(await run('pkcs15-tool', '--read-certificate', '01')).not.toBe(before)
    const key = ['--id', '01', '--mechanism', 'ECDSA-SHA256', '--signature-format', 'openssl']
    const files = ['--input-file', 'data', '--output-file', 'signature']
    await run('pkcs11-tool', '--login', '--pin', chosenPin, '--sign', ...key, ...files)
    await run('pkcs15-tool', '--read-certificate', '01', '--output', '9a.pem')
    const publicKey = await run('openssl', 'x509', '-in', '9a.pem', '-noout', '-pubkey')
    writeFileSync(join(folder, 'key.pem'), publicKey)
    const verified = ['-verify', 'key.pem', '-signature', 'signature', 'data']
    expect(await run('openssl', 'dgst', '-sha256', ...verified)).toContain('Verified OK')
  })

  it('works with yubico-piv-tool: status, verify-pin, change-pin', async () => {
    const piv = (...parameters: readonly string[]) =>
      run('yubico-piv-tool', '-r', 'Virtual', ...parameters)
    const status = await piv('-a', 'status')
    expect(status).toContain(issued.card.cardUuid.replaceAll('-', ''))
    for (const slot of ['9a', '9c', '9d', '9e']) expect(status).toContain(`Slot ${slot}:`)
    expect(await piv('-a', 'verify-pin', '-P', chosenPin)).toContain('Successfully verified PIN')
    const changed = await piv('-a', 'change-pin', '-P', chosenPin, '-N', '918273')
    expect(changed).toContain('Successfully changed the pin code')
    expect(await piv('-a', 'verify-pin', '-P', '918273')).toContain('Successfully verified PIN')
  })
})
