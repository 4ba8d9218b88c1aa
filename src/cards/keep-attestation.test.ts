import { webcrypto } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { perform } from '../../card-reader/apdu.ts'
import { putData } from '../../card-reader/piv-administration.ts'
import { selectPiv } from '../../card-reader/piv-commands.ts'
import {
  authenticateManagementKey,
  factoryManagementKeyBytes,
} from '../../card-reader/piv-management-key.ts'
import { encodeCertificateContainer } from '../../card-reader/piv-objects.ts'
import { encodeTlv } from '../../card-reader/tlv.ts'
import { VirtualCard } from '../../card-reader/virtual-card/virtual-card.ts'
import { tap } from '../../test/support/card-channels.ts'
import { createIssuingFixture, type IssuingFixture } from '../../test/support/issuing-fixture.ts'
import { createTinyCa, type TinyCa } from '../../test/support/tiny-ca.ts'
import { systemRandom } from '../random.ts'
import { issueCard } from './issue-card.ts'

let fixture: IssuingFixture
/** Its root stands for the chips' maker, one of its authorities for the key in every chip. */
let maker: TinyCa
let stranger: TinyCa
beforeAll(async () => {
  fixture = await createIssuingFixture()
  const clock = { now: () => new Date(fixture.pki.now.getTime() - 86_400_000) }
  ;[maker, stranger] = await Promise.all([createTinyCa({ clock }), createTinyCa({ clock })])
})
afterAll(() => fixture.close())

/** A blank card whose chip can attest, as its maker delivers it. */
async function attestingCard(by: TinyCa = maker): Promise<VirtualCard> {
  const card = VirtualCard.create()
  const { keys, certificateDer } = by.issuing.citizen
  const { d = '' } = await webcrypto.subtle.exportKey('jwk', keys.privateKey)
  await tap(card, async (channel) => {
    await selectPiv(channel)
    const factory = { algorithm: '3DES', bytes: factoryManagementKeyBytes } as const
    await authenticateManagementKey(channel, factory, {
      randomBytes: (count) => systemRandom.bytes(count),
    })
    const data = encodeTlv(0x06, Buffer.from(d, 'base64url'))
    const importKey = { ins: 0xfe, p1: 0x11, p2: 0xf9, data, expectsData: false }
    await perform(channel, importKey, 'write')
    await putData(channel, 0x5fff01, encodeCertificateContainer(certificateDer))
  })
  return card
}

async function issueWith(
  card: VirtualCard,
  { roots, attestation }: { roots: readonly Buffer[]; attestation: 'required' | 'if-configured' },
) {
  const { profiles } = fixture.deps
  const citizen = { ...profiles.citizen, attestation }
  const deps = { ...fixture.deps, profiles: { ...profiles, citizen }, attestation: { roots } }
  const request = await fixture.request('citizen')
  return fixture.desk(card).withCard((presented) => issueCard(deps, presented, request))
}

async function kept(cardUuid: string) {
  const { rows } = await fixture.pki.db.query<{ slot: string; chip_serial: string }>(
    `select a.slot, a.chip_serial, a.firmware, c.firmware as of_card
     from card_attestations a join cards c using (card_uuid) where card_uuid = $1 order by slot`,
    [cardUuid],
  )
  return rows
}

describe('a chip that attests its keys', () => {
  it('is believed up to a configured root, and what it said is kept', async () => {
    const card = await attestingCard()
    const roots = [stranger.root.certificateDer, maker.root.certificateDer]
    const issued = await issueWith(card, { roots, attestation: 'required' })
    const common = {
      chip_serial: String(card.state.serialNumber),
      firmware: '5.4.3',
      of_card: '5.4.3',
    }
    expect(await kept(issued.card.cardUuid)).toEqual([
      { slot: '9A', ...common },
      { slot: '9E', ...common },
    ])
  })

  it('is not asked where no root is configured', async () => {
    const issued = await issueWith(await attestingCard(), {
      roots: [],
      attestation: 'if-configured',
    })
    expect(await kept(issued.card.cardUuid)).toEqual([])
  })

  it('is refused where its maker is unknown', async () => {
    const roots = [maker.root.certificateDer]
    const issuing = issueWith(await attestingCard(stranger), {
      roots,
      attestation: 'if-configured',
    })
    await expect(issuing).rejects.toMatchObject({
      reason: 'attestation-refused',
      facts: { fault: 'maker-unknown' },
    })
  })

  it('is refused where it attests another key', async () => {
    const card = await attestingCard()
    const twin = await attestingCard()
    const roots = [maker.root.certificateDer]
    const { state } = twin
    await issueWith(twin, { roots, attestation: 'required' })
    expect(state.keys['f9']?.privateKey).toBe(card.state.keys['f9']?.privateKey)
    // The answer of the twin in the place of the card's own.
    const foreign = await tap(twin, async (channel) => {
      await selectPiv(channel)
      return perform(channel, { ins: 0xf9, p1: 0x9e, p2: 0, expectsData: true }, 'read')
    })
    const attest = { attest: () => Promise.resolve(foreign) }
    const { profiles } = fixture.deps
    const deps = { ...fixture.deps, profiles, attestation: { roots } }
    const request = await fixture.request('citizen')
    const issuing = fixture
      .desk(card)
      .withCard((presented) => issueCard(deps, { ...presented, ...attest }, request))
    await expect(issuing).rejects.toMatchObject({ facts: { fault: 'another-key' } })
  })

  it('must be there where the profile requires it', async () => {
    const roots = [maker.root.certificateDer]
    const issuing = issueWith(VirtualCard.create(), { roots, attestation: 'required' })
    await expect(issuing).rejects.toMatchObject({ reason: 'attestation-missing' })
    const without = await issueWith(VirtualCard.create(), { roots, attestation: 'if-configured' })
    expect(without.card.state).toBe('issued')
  })

  it('attests again after it was made blank', async () => {
    const card = await attestingCard()
    const roots = [maker.root.certificateDer]
    await issueWith(card, { roots, attestation: 'required' })
    await fixture.desk(card).withCard(async (presented) => {
      await presented.identify()
      await presented.reset()
    })
    expect(Object.keys(card.state.keys)).toEqual(['f9'])
    const issued = await issueWith(card, { roots, attestation: 'required' })
    expect(await kept(issued.card.cardUuid)).toHaveLength(2)
  })
})
