import type { VirtualCard } from '../../card-reader/virtual-card/virtual-card.ts'
import { readCardKindProfiles } from '../../src/cards/card-kind-profile.ts'
import { openCardSecrets } from '../../src/cards/card-secrets.ts'
import type { CardDesk } from '../../src/cards/desk-card.ts'
import {
  issueCard,
  type IssueCardDeps,
  type IssueCardRequest,
  type IssuedCard,
} from '../../src/cards/issue-card.ts'
import type { CardKind } from '../../src/holders/card-kind.ts'
import { createHolderStore } from '../../src/holders/holder-store.ts'
import type { Holder } from '../../src/holders/holder.ts'
import { createDevelopmentPki } from '../../src/pki/development-pki.ts'
import { systemRandom } from '../../src/random.ts'
import { virtualDesk } from '../../scripts/desk/local-desk.ts'
import type { Trace } from '../../scripts/desk/trace-channel.ts'
import { createPkiFixture, type PkiFixture } from './pki-fixture.ts'

export const chosenPin = '204867'

/** Issuing on real parts: registry, keystore with master and authorities, virtual cards. */
export interface IssuingFixture {
  readonly pki: PkiFixture
  readonly deps: IssueCardDeps
  /** A holder who gets a card of that kind. */
  addHolder(kind: CardKind): Promise<Holder>
  request(kind?: CardKind, given?: Partial<IssueCardRequest>): Promise<IssueCardRequest>
  desk(card: VirtualCard, trace?: Trace): CardDesk
  /** One presentation of the card at the desk. */
  issue(card: VirtualCard, request: IssueCardRequest, trace?: Trace): Promise<IssuedCard>
  close(): Promise<void>
}

export async function createIssuingFixture(): Promise<IssuingFixture> {
  return openIssuingFixture(await createPkiFixture())
}

/** The same on a registry that somebody else gives. */
export async function openIssuingFixture(pki: PkiFixture): Promise<IssuingFixture> {
  await createDevelopmentPki(pki.deps)
  const deps: IssueCardDeps = {
    db: pki.db,
    issuance: pki.deps,
    secrets: await openCardSecrets(pki.deps.keystore, { mayMake: true }),
    profiles: await readCardKindProfiles(pki.deps.profiles),
    attestation: { roots: [] },
  }
  const fixture: IssuingFixture = {
    pki,
    deps,
    addHolder: (kind) => addHolder(pki, kind),
    request: async (kind = 'civil-servant', given = {}) => ({
      holder: given.holder ?? (await addHolder(pki, kind)),
      kind,
      agencyPath: kind === 'civil-servant' ? ['Tỉnh Minh Họa', 'Sở Tư pháp'] : [],
      desk: 'test desk',
      actor: 'test',
      reason: 'a new colleague',
      ...given,
    }),
    desk: (card, trace) => virtualDesk(card, { pins: alwaysChosen, trace: trace ?? null }),
    issue: async (card, request, trace) => {
      const desk = fixture.desk(card, trace)
      try {
        return await desk.withCard((presented) => issueCard(deps, presented, request))
      } finally {
        await desk.close()
      }
    },
    close: () => pki.close(),
  }
  return fixture
}

export const alwaysChosen = {
  choose: () => Promise.resolve(Buffer.from(chosenPin)),
  enter: () => Promise.resolve(Buffer.from(chosenPin)),
}

async function addHolder({ db, now }: PkiFixture, kind: CardKind): Promise<Holder> {
  const holders = createHolderStore(db)
  const base = { id: systemRandom.uuid(), state: 'active', email: null } as const
  const number = `000${String(systemRandom.below(1e9)).padStart(9, '0')}`
  if (kind === 'enterprise') {
    const names = { displayName: 'Công ty TNHH Ví Dụ', taxCode: number }
    const organisation = { ...base, type: 'organisation', ...names } as const
    await holders.insertOrganisation(organisation, now)
    return organisation
  }
  const names = { displayName: 'Nguyễn Văn Mẫu', nationalNumber: number }
  const person = { ...base, type: 'person', ...names } as const
  await holders.insertPerson(person, now)
  return person
}
