import type { Card } from '../../src/cards/card.ts'
import { createCardStore, type CardStore } from '../../src/cards/card-store.ts'
import type { Database } from '../../src/db/pool.ts'
import type { Agency } from '../../src/holders/agency.ts'
import { createAgencyStore, type AgencyStore } from '../../src/holders/agency-store.ts'
import type { CardKind } from '../../src/holders/card-kind.ts'
import { createHolderStore, type HolderStore } from '../../src/holders/holder-store.ts'
import { createClientStore, type Client, type ClientStore } from '../../src/oidc/client-store.ts'
import { hashSecret } from '../../src/oidc/clients.ts'
import { createCertificateStore, type CertificateStore } from '../../src/pki/certificate-store.ts'
import { systemRandom } from '../../src/random.ts'
import { createTerminalStore, type TerminalStore } from '../../src/terminals/terminal-store.ts'
import { migratedTestDatabase } from './migrated-database.ts'
import {
  insertAgency,
  insertAuthority,
  insertOrganisation,
  insertPerson,
  insertTerminal,
  preparedCertificate,
} from './registry.ts'
import type { RelyingParty } from './relying-party.ts'

/** People, cards, terminals and applications on a real PostgreSQL, as a sign-in test needs them. */
export interface SignInRegistry {
  readonly db: Database
  readonly databaseUrl: string
  readonly agencies: AgencyStore
  readonly holders: HolderStore
  readonly cards: CardStore
  readonly terminals: TerminalStore
  readonly clients: ClientStore
  readonly certificates: CertificateStore
  /** The province `MH`, and `MH-STP` and `MH-SNV` below it. */
  readonly agency: Readonly<Record<'province' | 'justice' | 'interior', Agency>>
  /** An active card, certified and good for a year: of a new person or, for an enterprise, organisation. */
  addCard(options?: AddCard): Promise<Card>
  /** An active managed terminal. */
  addTerminal(): Promise<string>
  /** Registers `party` as an application of everybody with a civil-servant card. */
  addClient(party: RelyingParty, given?: AddClient): Promise<Client>
  close(): Promise<void>
}

interface AddCard {
  readonly kind?: CardKind
  readonly name?: string
  /** Whose card it is, instead of a new holder's. */
  readonly holderId?: string
  /** Where the person works. */
  readonly agency?: Agency
  /** Who issued its certificates, instead of an authority that all cards have. */
  readonly authorityId?: string
}

interface AddClient {
  readonly policy?: Partial<Client['policy']>
  readonly state?: Client['state']
  readonly agencyId?: string
}

/** @param now - the tests' own clock: the library that we build on reads the wall's */
export async function createSignInRegistry(now: Date): Promise<SignInRegistry> {
  const database = await migratedTestDatabase()
  const { db } = database
  const holders = createHolderStore(db)
  const cards = createCardStore(db)
  const clients = createClientStore(db)
  const certificates = createCertificateStore(db)
  const commonAuthority = await insertAuthority(db)
  const province = await insertAgency(db, { code: 'MH', parentId: null, kind: 'province' })
  const below = { parentId: province.id }
  const justice = await insertAgency(db, { ...below, code: 'MH-STP', name: 'Sở Tư pháp' })
  const interior = await insertAgency(db, { ...below, code: 'MH-SNV', name: 'Sở Nội vụ' })

  async function addHolder({ kind, name, agency }: AddCard): Promise<string> {
    const named = name === undefined ? {} : { displayName: name }
    if (kind === 'enterprise') return (await insertOrganisation(db, named)).id
    const { id } = await insertPerson(db, named)
    if (agency === undefined) return id
    const affiliation = { id: systemRandom.uuid(), personId: id, agencyId: agency.id }
    const role = { organisationId: null, position: 'Chuyên viên' }
    await holders.insertAffiliation({ ...affiliation, ...role }, now)
    return id
  }

  async function certify(cardUuid: string, authorityId: string): Promise<void> {
    const dates = { notBefore: now, notAfter: new Date(now.getTime() + 365 * 86_400_000) }
    for (const slot of ['9A', '9E'] as const) {
      const prepared = preparedCertificate(authorityId, { for: { cardUuid, slot }, ...dates })
      await certificates.insertCertificate(prepared, systemRandom.bytes(32), now)
    }
  }

  async function addCard(options: AddCard = {}): Promise<Card> {
    const cardUuid = systemRandom.uuid()
    const holderId = options.holderId ?? (await addHolder(options))
    const expiresAt = new Date(now.getTime() + 365 * 86_400_000)
    const kind = options.kind ?? 'civil-servant'
    await cards.insert({ cardUuid, kind, holderId, state: 'requested', stateSince: now, expiresAt })
    await certify(cardUuid, options.authorityId ?? commonAuthority.id)
    const step = { reason: null, at: now }
    await cards.changeState(cardUuid, { ...step, from: 'requested', to: 'issued' })
    return cards.changeState(cardUuid, { ...step, from: 'issued', to: 'active' })
  }

  return {
    ...{ db, databaseUrl: database.url },
    agencies: createAgencyStore(db),
    holders,
    cards,
    terminals: createTerminalStore(db),
    clients,
    certificates,
    agency: { province, justice, interior },
    addCard,
    addTerminal: async () => (await insertTerminal(db)).id,
    addClient: async (party, given = {}) => {
      const client = clientOf(party, given)
      await clients.upsert(client)
      return client
    },
    close: () => database.drop(),
  }
}

function clientOf(party: RelyingParty, given: AddClient): Client {
  return {
    clientId: party.clientId,
    name: { vi: 'Quản lý văn bản và điều hành', en: 'Documents and operations' },
    agencyId: given.agencyId ?? null,
    state: given.state ?? 'active',
    metadata: party.metadata,
    secretHash: party.secret === null ? null : hashSecret(party.secret),
    policy: {
      leastLevel: 'low',
      cardKinds: ['civil-servant'],
      agencyIds: null,
      cardCompulsoryFrom: null,
      ...given.policy,
    },
  }
}
