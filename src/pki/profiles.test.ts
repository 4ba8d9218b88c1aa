import 'reflect-metadata'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { KeyUsageFlags } from '@peculiar/x509'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  createTinyCa,
  issueWrong,
  tinyPolicyArc,
  type LeafOptions,
  type TinyCa,
} from '../../test/support/tiny-ca.ts'
import { cardKinds, keySlots } from '../holders/card-kind.ts'
import { parseCertificate } from './certificate.ts'
import { cardProfileOf, profilesDirectory, readProfiles } from './profiles.ts'

const clientAuth = '1.3.6.1.5.5.7.3.2'
let ca: TinyCa

beforeAll(async () => {
  ca = await createTinyCa({ clock: { now: () => new Date('2026-03-02T01:30:00Z') } })
})

async function profileOf(options: LeafOptions) {
  return cardProfileOf(parseCertificate((await ca.issue(options)).der), tinyPolicyArc)
}

describe('cardProfileOf', () => {
  it.each(cardKinds.flatMap((kind) => (['9A', '9E'] as const).map((slot) => ({ kind, slot }))))(
    'recognises $kind $slot',
    async (profile) => {
      expect(await profileOf(profile)).toEqual(profile)
    },
  )

  it.each<[string, LeafOptions]>([
    ['without a policy', { policies: [] }],
    ['with a policy of another arc', { policies: ['1.3.6.1.4.1.11111.1.1.4'] }],
    ['with a longer policy that starts as ours', { policies: [`${tinyPolicyArc}.1.4.1`] }],
    ['for two slots at once', { policies: [`${tinyPolicyArc}.1.4`, `${tinyPolicyArc}.1.1`] }],
    ['for two kinds at once', { policies: [`${tinyPolicyArc}.1.4`, `${tinyPolicyArc}.2.4`] }],
    ['without extended key usage', { extendedKeyUsage: [] }],
    ['of 9E for TLS clients', { slot: '9E', extendedKeyUsage: [clientAuth] }],
    ['of 9A with one usage more', { slot: '9A', extendedKeyUsage: [clientAuth, '1.2.3'] }],
    ['for signing documents', { keyUsage: KeyUsageFlags.nonRepudiation }],
    [
      'that may also encrypt',
      { keyUsage: KeyUsageFlags.digitalSignature | KeyUsageFlags.dataEncipherment },
    ],
    ['of 9C, which signs nobody in', { slot: '9C' }],
    ['of 9D, which signs nobody in', { slot: '9D' }],
    ['of a terminal', { kind: 'terminal' }],
  ])('recognises none %s', async (_, options) => {
    expect(await profileOf(options)).toBeNull()
  })

  it('goes by the policy: who signed it is for the chain to say', async () => {
    const { der } = await issueWrong(ca, 'wrong-kinds-ca')
    const profile = cardProfileOf(parseCertificate(der), tinyPolicyArc)
    expect(profile).toEqual({ kind: 'civil-servant', slot: '9E' })
  })
})

describe('readProfiles', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ecard-profiles-'))
    await cp(profilesDirectory, folder, { recursive: true })
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))

  async function change(file: string, changes: object): Promise<void> {
    const content = JSON.parse(await readFile(join(folder, file), 'utf8')) as object
    await writeFile(join(folder, file), JSON.stringify({ ...content, ...changes }))
  }

  it('reads one for each card kind and slot, for terminals, responders and servers', async () => {
    const profiles = await readProfiles()
    for (const kind of cardKinds) {
      for (const slot of keySlots) {
        expect(profiles.card(kind, slot)).toMatchObject({ issuer: kind, slot })
      }
    }
    expect(profiles.terminal.issuer).toBe('terminal')
    expect(profiles.ocspSigner).toMatchObject({ issuer: 'own', ocspNoCheck: true, pointers: [] })
    expect(profiles.tlsServer.dnsDomains).not.toEqual([])
  })

  it('takes a profile for logging on to Windows, with its usage and its domain', async () => {
    const extendedKeyUsage = { usages: ['clientAuth', 'smartCardLogon'], critical: false }
    await change('civil-servant-9a.json', { extendedKeyUsage, upnDomain: 'province.example' })
    const profile = (await readProfiles(folder)).card('civil-servant', '9A')
    expect(profile?.upnDomain).toBe('province.example')
  })

  it.each<[string, string, object]>([
    ['is of a policy that sign-in reads otherwise', 'citizen-9e.json', { policy: '1.4' }],
    [
      'is of usages that sign-in does not accept',
      'citizen-9a.json',
      { keyUsage: { ec: ['keyAgreement'], rsa: ['keyEncipherment'] } },
    ],
    [
      'is of extended usages that sign-in does not accept',
      'citizen-9e.json',
      { extendedKeyUsage: { usages: ['clientAuth'], critical: true } },
    ],
    [
      'does not mark what it is for as critical',
      'citizen-9e.json',
      { extendedKeyUsage: { usages: ['pivCardAuth'], critical: false } },
    ],
    [
      'logs on to Windows without a domain',
      'citizen-9a.json',
      { extendedKeyUsage: { usages: ['clientAuth', 'smartCardLogon'], critical: false } },
    ],
    ['has a domain and no logging on', 'citizen-9a.json', { upnDomain: 'province.example' }],
    ['is for servers of any name', 'tls-server.json', { dnsDomains: [] }],
    ['does not number its people', 'citizen-9a.json', { identifier: null }],
    ['lets one authority certify the responders of all', 'ocsp-signer.json', { issuer: 'citizen' }],
    ['points to something else', 'citizen-9a.json', { pointers: ['ldap'] }],
    ['says something that we do not know', 'citizen-9a.json', { smartCardLogon: true }],
    ['has another name than its file', 'citizen-9a.json', { name: 'citizen-9e' }],
    ['allows a key that we cannot make', 'terminal.json', { keyAlgorithms: ['RSA-1024'] }],
    ['ends before it starts', 'terminal.json', { validityDays: 0 }],
  ])('refuses a profile that %s', async (_, file, changes) => {
    await change(file, changes)
    await expect(readProfiles(folder)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      facts: { file },
    })
  })

  it('refuses a file that is not JSON, and a folder that is not there', async () => {
    await writeFile(join(folder, 'terminal.json'), '{')
    await expect(readProfiles(folder)).rejects.toMatchObject({ facts: { file: 'terminal.json' } })
    await expect(readProfiles(join(folder, 'no'))).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  })

  it('refuses a folder without a profile that the service cannot do without', async () => {
    await rm(join(folder, 'ocsp-signer.json'))
    await expect(readProfiles(folder)).rejects.toMatchObject({ facts: { file: 'ocsp-signer' } })
  })
})
