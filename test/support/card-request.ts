import type { Holder } from '../../src/holders/holder.ts'
import type { CardCertificateRequest } from '../../src/pki/issue-card-certificate.ts'
import { makeTestKey, provePossessionOfSlot, type TestKey } from './card-key.ts'
import type { PkiFixture } from './pki-fixture.ts'

export interface WantedCard extends Partial<CardCertificateRequest> {
  readonly person?: Partial<Holder>
  readonly key?: TestKey
}

/** A request for a certificate of a new card and holder, with a key that proves itself. */
export async function cardRequest(
  { addCard }: Pick<PkiFixture, 'addCard'>,
  wanted: WantedCard = {},
): Promise<CardCertificateRequest> {
  const { kind = 'civil-servant', slot = '9E', person, key = makeTestKey(), ...rest } = wanted
  const { cardUuid, holder } = await addCard(kind, person)
  return {
    cardUuid,
    kind,
    slot,
    holder,
    agencyPath: kind === 'civil-servant' ? ['Tỉnh Minh Họa', 'Sở Tư pháp'] : [],
    expiresAt: new Date('2030-12-31T16:59:59Z'),
    publicKey: key.publicKey,
    possession: provePossessionOfSlot(key, { cardUuid, slot }),
    actor: 'test',
    ...rest,
  }
}
