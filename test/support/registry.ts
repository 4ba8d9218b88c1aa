import type { CardState } from '../../src/cards/card.ts'
import { createCardStore } from '../../src/cards/card-store.ts'
import type { Queryable } from '../../src/db/pool.ts'
import type { Agency } from '../../src/holders/agency.ts'
import { createAgencyStore } from '../../src/holders/agency-store.ts'
import type { CardKind } from '../../src/holders/card-kind.ts'
import type { Organisation, Person } from '../../src/holders/holder.ts'
import { createHolderStore } from '../../src/holders/holder-store.ts'
import type { Authority } from '../../src/pki/authority.ts'
import {
  createCertificateStore,
  type PreparedCertificate,
} from '../../src/pki/certificate-store.ts'
import { systemRandom } from '../../src/random.ts'
import { createPasskeyStore } from '../../src/passkeys/passkey-store.ts'
import { createTerminalStore } from '../../src/terminals/terminal-store.ts'
import type { Terminal } from '../../src/terminals/terminal.ts'

export const registryTime = new Date('2026-01-05T08:00:00Z')
export const registryEnd = new Date('2031-01-05T08:00:00Z')

const uuid = (): string => systemRandom.uuid()

/** Rows that fit every constraint, each with its own identity; a test names what matters to it. */
export async function insertAgency(db: Queryable, given: Partial<Agency> = {}): Promise<Agency> {
  const code = `MH-${uuid()}`
  const kind = (given.parentId ?? null) === null ? 'province' : 'department'
  const agency = { id: uuid(), code, name: 'Sở Ví Dụ', kind, parentId: null, ...given } as const
  await createAgencyStore(db).insert(agency)
  return agency
}

export async function insertPerson(db: Queryable, given: Partial<Person> = {}): Promise<Person> {
  const person: Person = {
    id: uuid(),
    type: 'person',
    state: 'active',
    displayName: 'Nguyễn Văn Mẫu',
    email: null,
    nationalNumber: `000-${uuid()}`,
    ...given,
  }
  await createHolderStore(db).insertPerson(person, registryTime)
  return person
}

export async function insertOrganisation(
  db: Queryable,
  given: Partial<Organisation> = {},
): Promise<Organisation> {
  const organisation: Organisation = {
    id: uuid(),
    type: 'organisation',
    state: 'active',
    displayName: 'Công ty TNHH Ví Dụ',
    email: null,
    taxCode: `00-${uuid()}`,
    ...given,
  }
  await createHolderStore(db).insertOrganisation(organisation, registryTime)
  return organisation
}

/** The steps from `requested` to each state. */
const waysTo: Readonly<Record<CardState, readonly CardState[]>> = {
  requested: [],
  issued: ['issued'],
  active: ['issued', 'active'],
  suspended: ['issued', 'active', 'suspended'],
  revoked: ['revoked'],
  expired: ['issued', 'expired'],
  replaced: ['issued', 'replaced'],
}

/** A card that took every step to `state`; its holder is a new one of the right type. */
export async function insertCard(
  db: Queryable,
  given: { kind?: CardKind; holderId?: string; state?: CardState } = {},
): Promise<{ cardUuid: string; holderId: string }> {
  const { kind = 'civil-servant', state: wanted = 'active' } = given
  const insertHolder = kind === 'enterprise' ? insertOrganisation : insertPerson
  const holderId = given.holderId ?? (await insertHolder(db)).id
  const cardUuid = uuid()
  const cards = createCardStore(db)
  const dates = { stateSince: registryTime, expiresAt: registryEnd }
  await cards.insert({ cardUuid, kind, holderId, state: 'requested', ...dates })
  let from: CardState = 'requested'
  for (const to of waysTo[wanted]) {
    await cards.changeState(cardUuid, { from, to, reason: null, at: registryTime })
    from = to
  }
  return { cardUuid, holderId }
}

export async function insertAuthority(
  db: Queryable,
  given: Partial<Authority> = {},
): Promise<Authority> {
  const id = uuid()
  const authority: Authority = {
    id,
    name: `CA Ví Dụ ${id}`,
    kind: 'root',
    certificateDer: Buffer.from(`certificate of ${id}`),
    keyName: `key-${id}`,
    issuerId: null,
    slug: `ca-${id}`,
    // One of a kind issues; tests that do not care about kinds may make any number.
    state: given.kind === undefined ? 'retired' : 'issuing',
    revokedAt: null,
    revocationReason: null,
    crlPartitions: 1,
    ...given,
  }
  await createCertificateStore(db).insertAuthority(authority)
  return authority
}

/** What is written before signing, for card and slot 9E unless `given` says otherwise. */
export function preparedCertificate(
  authorityId: string,
  given: Pick<PreparedCertificate, 'for'> & Partial<PreparedCertificate>,
): PreparedCertificate {
  return {
    authorityId,
    serialNumber: systemRandom.bytes(16).toString('hex').replace(/^../, '4a'),
    subject: 'CN=Nguyễn Văn Mẫu',
    notBefore: registryTime,
    notAfter: registryEnd,
    ...given,
  }
}

/** An invited terminal, or one that has enrolled with a key of its own. */
export async function insertTerminal(
  db: Queryable,
  given: Partial<Pick<Terminal, 'name' | 'mode' | 'agencyId' | 'isDesk'>> & {
    state?: 'invited' | 'active'
  } = {},
): Promise<Terminal> {
  const { state = 'active', ...named } = given
  const terminals = createTerminalStore(db)
  const terminal = {
    id: uuid(),
    name: 'Quầy 1',
    mode: 'managed',
    agencyId: null,
    isDesk: false,
    ...named,
  } as const
  await terminals.insertInvited(terminal, registryTime)
  if (state === 'invited') return { ...terminal, state, publicKey: null }
  return terminals.activate(terminal.id, { publicKey: systemRandom.bytes(91), at: registryTime })
}

/** An active passkey on one device, of the holder of a new card. */
export async function insertPasskey(db: Queryable): Promise<string> {
  const { cardUuid, holderId } = await insertCard(db)
  const id = uuid()
  await createPasskeyStore(db).insert({
    ...{ id, holderId, cardKind: 'civil-servant', name: 'Điện thoại' },
    proof: { kind: 'card', cardUuid, cardKind: 'civil-servant' },
    credentialId: systemRandom.bytes(16),
    userHandle: systemRandom.bytes(32),
    publicKey: Buffer.from('key'),
    ...{ signCount: 0, aaguid: uuid(), transports: ['internal'] },
    ...{ backupEligible: false, backupState: false },
    ...{ attestationVerdict: 'none', attestationFormat: 'none', attestationObject: null },
    ...{ createdAt: registryTime, lastUse: null, state: 'active', stateSince: registryTime },
  })
  return id
}
