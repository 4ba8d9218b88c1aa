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
import { cardKinds } from '../holders/card-kind.ts'
import { authorityKinds } from './authority.ts'
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

  it('reads one for each card kind and sign-in slot, for terminals and every authority', async () => {
    const profiles = await readProfiles()
    for (const kind of cardKinds) {
      expect(profiles.card(kind, '9A')).toMatchObject({ issuer: kind, slot: '9A' })
      expect(profiles.card(kind, '9E')).toMatchObject({ issuer: kind, slot: '9E' })
    }
    expect(profiles.terminal.issuer).toBe('terminal')
    for (const kind of authorityKinds) expect(profiles.authority(kind).kind).toBe(kind)
    expect(profiles.card('citizen', '9C')).toBeNull()
  })

  it.each<[string, string, object]>([
    ['is of a policy that sign-in reads otherwise', 'citizen-9e.json', { policy: '1.4' }],
    ['is of usages that sign-in does not accept', 'citizen-9a.json', { keyUsage: [] }],
    ['says something that we do not know', 'citizen-9a.json', { smartCardLogon: true }],
    ['has another name than its file', 'citizen-9a.json', { name: 'citizen-9e' }],
    ['allows a key that we cannot make', 'terminal.json', { keyAlgorithms: ['RSA-1024'] }],
    ['ends before it starts', 'authority-root.json', { validityDays: 0 }],
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

  it('refuses a folder without the profile of an authority', async () => {
    await rm(join(folder, 'authority-citizen.json'))
    await expect(readProfiles(folder)).rejects.toMatchObject({ facts: { file: 'citizen' } })
  })
})
