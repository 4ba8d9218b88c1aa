/**
 * The virtual card before tools that we did not write, through the machine's own PC/SC: what they
 * accept, any PIV card may do.
 */
import 'reflect-metadata'
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { KeyUsageFlags } from '@peculiar/x509'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { KeyAlgorithm, KeySlot } from '../../card-reader/piv-keys.ts'
import type { Behaviour } from '../../card-reader/virtual-card/behaviour.ts'
import { VirtualCard } from '../../card-reader/virtual-card/virtual-card.ts'
import { createVpcdSlot, type VpcdSlot } from '../../card-reader/virtual-card/vpcd.ts'
import { personalise, testCardUuid, testPin, testPuk } from '../support/card-channels.ts'
import {
  acquirePcscd,
  untilPcscSees,
  vpcdPorts,
  vpcdReaderNames,
  type Pcscd,
} from '../support/pcscd.ts'
import { createTinyCa, type TinyCa } from '../support/tiny-ca.ts'

const slots: readonly KeySlot[] = ['9A', '9C', '9D', '9E']

let pcscd: Pcscd
let reader: VpcdSlot
let ca: TinyCa

beforeAll(async () => {
  ca = await createTinyCa({ clock: { now: () => new Date('2026-11-21T08:00:00Z') } })
  pcscd = await acquirePcscd()
})

afterAll(async () => {
  await pcscd.release()
})

beforeEach(() => {
  reader = createVpcdSlot()
})

afterEach(async () => {
  await reader.remove()
  await untilPcscSees('no card', vpcdReaderNames[0])
})

/** Output of both streams; a tool that fails is a failed test, with what it said. */
async function run(tool: string, ...parameters: readonly string[]): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)(tool, parameters, { timeout: 60_000 })
  return stdout + stderr
}

/** The same for a tool that must fail. */
async function fail(tool: string, ...parameters: readonly string[]): Promise<string> {
  try {
    await promisify(execFile)(tool, parameters, { timeout: 60_000 })
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string }
    return stdout + stderr
  }
  throw new Error(`${tool} did not fail`)
}

async function insert(card: VirtualCard): Promise<void> {
  await reader.insert(card)
  await untilPcscSees('card', vpcdReaderNames[0])
}

async function holdersCard(
  options: { algorithm?: KeyAlgorithm; behaviour?: Partial<Behaviour> } = {},
): Promise<VirtualCard> {
  const { algorithm = 'P-256', behaviour = {} } = options
  const card = VirtualCard.create({ behaviour })
  const certify = (slot: KeySlot, spki: Buffer) =>
    ca.certify(spki, { slot, cardUuid: testCardUuid, ...usageOf(slot) })
  await personalise(card, { slots, algorithm, certify })
  return card
}

/** OpenSC offers a key for what its certificate says: 9D is for agreement, not for signatures. */
function usageOf(slot: KeySlot) {
  return slot === '9D' ? { keyUsage: KeyUsageFlags.keyAgreement } : {}
}

describe('OpenSC', () => {
  it('takes the virtual card for a PIV card', async () => {
    await insert(await holdersCard())
    expect(await run('opensc-tool', '-n')).toContain('Personal Identity Verification Card')
    expect(await run('piv-tool', '-n')).toContain('Personal Identity Verification Card')
  })

  it('lists the certificates of all four slots', async () => {
    await insert(await holdersCard())
    const output = await run('pkcs15-tool', '--list-certificates')
    expect(output.match(/^X\.509 Certificate/gm)).toHaveLength(4)
    expect(output).toContain('Certificate for PIV Authentication')
    expect(output).toContain('Certificate for Card Authentication')
  })

  it.each([
    ['P-256', {}],
    ['P-384', {}],
    ['RSA-2048', {}],
    ['P-256', { blockSize: 255 }],
    ['P-256', { strictLe: true }],
    ['P-256', { algorithmTemplates: 'several' }],
  ] as const)('passes its own PKCS#11 test with %s keys and %j', async (algorithm, behaviour) => {
    await insert(await holdersCard({ algorithm, behaviour }))
    const output = await run('pkcs11-tool', ...['--login', '--pin', testPin, '--test'])
    expect(output).toContain('No errors')
  })

  it('is told of a wrong PIN', async () => {
    const card = await holdersCard()
    await insert(card)
    const output = await fail('pkcs11-tool', ...['--login', '--pin', '999999', '--list-objects'])
    expect(output).toContain('CKR_PIN_INCORRECT')
    expect(card.state.pin.triesLeft).toBe(2)
  })

  it('sees a blank card as a PIV card without certificates', async () => {
    await insert(VirtualCard.create())
    expect(await run('opensc-tool', '-n')).toContain('Personal Identity Verification Card')
    expect(await run('pkcs15-tool', '--list-certificates')).not.toContain('X.509 Certificate')
  })
})

describe('yubico-piv-tool', () => {
  const piv = (...parameters: readonly string[]) =>
    run('yubico-piv-tool', '-r', 'Virtual', ...parameters)

  it('shows the status of a personalised card', async () => {
    await insert(await holdersCard())
    const output = await piv('-a', 'status')
    expect(output).toContain('Version:\t5.4.3')
    expect(output).toContain(testCardUuid.replaceAll('-', ''))
    for (const slot of ['9a', '9c', '9d', '9e']) expect(output).toContain(`Slot ${slot}:`)
    expect(output).toContain('PIN tries left:\t3')
  })

  it('verifies, changes and unblocks the PIN', async () => {
    const card = await holdersCard()
    await insert(card)
    expect(await piv('-a', 'verify-pin', '-P', testPin)).toContain('Successfully verified PIN')
    const changed = await piv('-a', 'change-pin', '-P', testPin, '-N', '111222')
    expect(changed).toContain('Successfully changed the pin code')
    const refused = await fail(
      'yubico-piv-tool',
      ...['-r', 'Virtual', '-a', 'verify-pin', '-P', testPin],
    )
    expect(refused).toContain('2 tries left')
    const unblocked = await piv('-a', 'unblock-pin', '-P', testPuk, '-N', '333444')
    expect(unblocked).toContain('Successfully unblocked the pin code')
    expect(await piv('-a', 'verify-pin', '-P', '333444')).toContain('Successfully verified PIN')
  })

  it('personalises a blank card itself: keys, certificate, CHUID, CCC, management key', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ecard-foreign-tools-'))
    const card = VirtualCard.create()
    await insert(card)
    const publicKey = join(folder, 'public.pem')
    await piv('-a', 'generate', '-s', '9a', '-A', 'ECCP256', '-o', publicKey)
    const certificate = join(folder, 'certificate.pem')
    const leaf = await ca.issue({ slot: '9A' })
    writeFileSync(certificate, toPem(leaf.der))
    await piv('-a', 'import-certificate', '-s', '9a', '-i', certificate)
    await piv('-a', 'set-chuid', '-a', 'set-ccc')
    await piv('-a', 'set-mgm-key', '-n', '11'.repeat(24).replace('1111', '1213'))
    rmSync(folder, { recursive: true })
    expect(Object.keys(card.state.keys)).toEqual(['9a'])
    expect(Object.keys(card.state.objects).sort()).toEqual(['5fc102', '5fc105', '5fc107'])
    expect(card.state.managementKey.value).toMatch(/^1213/)
  })

  it('imports a key and finds that it signs', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ecard-foreign-tools-'))
    await insert(VirtualCard.create())
    const leaf = await ca.issue({ slot: '9E' })
    const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')]
    writeFileSync(key, leaf.privateKey.export({ format: 'pem', type: 'pkcs8' }), { mode: 0o600 })
    writeFileSync(certificate, toPem(leaf.der))
    const imported = await piv('-a', 'import-key', '-s', '9e', '-i', key)
    expect(imported).toContain('Successfully imported a new private key')
    const tested = await piv('-a', 'test-signature', '-s', '9e', '-i', certificate)
    expect(tested).toContain('Successful ECDSA verification')
    rmSync(folder, { recursive: true })
  })
})

function toPem(der: Buffer): string {
  const [begin, end] = ['-----BEGIN CERTIFICATE-----', '-----END CERTIFICATE-----']
  return `${begin}\n${der.toString('base64')}\n${end}\n`
}

describe('PC/SC', () => {
  it('sees two cards in the two slots of the virtual reader', async () => {
    const second = createVpcdSlot({ port: vpcdPorts[1] })
    await insert(VirtualCard.create())
    await second.insert(VirtualCard.create())
    await untilPcscSees('card', vpcdReaderNames[1])
    await second.remove()
    await untilPcscSees('no card', vpcdReaderNames[1])
    await untilPcscSees('card', vpcdReaderNames[0])
  })

  it('finds the card again after a restart of pcscd', async () => {
    await insert(await holdersCard())
    await pcscd.restart()
    await untilPcscSees('card', vpcdReaderNames[0])
    expect(await run('opensc-tool', '-n')).toContain('Personal Identity Verification Card')
  })
})
