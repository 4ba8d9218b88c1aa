import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { migratedTestDatabase } from '../../test/support/migrated-database.ts'
import {
  insertAgency,
  insertAuthority,
  insertCard,
  insertOrganisation,
  insertTerminal,
  insertPerson,
  preparedCertificate,
  registryEnd,
  registryTime,
} from '../../test/support/registry.ts'
import { createAuditStore } from '../audit/audit-store.ts'
import type { Database } from '../db/pool.ts'
import { createCertificateStore } from '../pki/certificate-store.ts'
import { systemRandom } from '../random.ts'
import { createAgencyStore } from './agency-store.ts'
import type { Agency } from './agency.ts'
import { deactivateHolder } from './deactivate-holder.ts'
import { createHolderStore, type HolderStore } from './holder-store.ts'

const at = new Date('2026-03-01T07:00:00Z')
const unknown = systemRandom.uuid()

let database: Awaited<ReturnType<typeof migratedTestDatabase>>
let db: Database
let province: Agency
let department: Agency
let office: Agency

beforeAll(async () => {
  database = await migratedTestDatabase()
  db = database.db
  province = await insertAgency(db, { code: 'MH', name: 'Tỉnh Minh Họa', kind: 'province' })
  const named = { code: 'MH-STP', name: 'Sở Tư pháp', kind: 'department' } as const
  department = await insertAgency(db, { ...named, parentId: province.id })
  const parentId = department.id
  office = await insertAgency(db, { code: 'MH-STP-VP', kind: 'office', parentId })
})
afterAll(() => database.drop())

describe('the agency store', () => {
  it('finds an agency by id and by code', async () => {
    const agencies = createAgencyStore(db)
    expect(await agencies.find(department.id)).toEqual(department)
    expect(await agencies.findByCode('MH-STP')).toEqual(department)
    expect(await agencies.find(unknown)).toBeNull()
    expect(await agencies.findByCode('MH-KHONG-CO')).toBeNull()
  })

  it('knows the path from the province down', async () => {
    const agencies = createAgencyStore(db)
    expect(await agencies.pathOf(office.id)).toEqual([province, department, office])
    expect(await agencies.pathOf(province.id)).toEqual([province])
    expect(await agencies.pathOf(unknown)).toEqual([])
  })

  it('lists all of them by code', async () => {
    expect(await createAgencyStore(db).list()).toEqual([province, department, office])
  })

  it('says that a code is taken', async () => {
    const agency = { ...department, id: systemRandom.uuid() }
    const constraint = 'agencies_code_key'
    await expect(createAgencyStore(db).insert(agency)).rejects.toMatchObject({
      code: 'DUPLICATE',
      facts: { constraint },
    })
  })
})

describe('the holder store', () => {
  let holders: HolderStore

  beforeAll(() => {
    holders = createHolderStore(db)
  })

  it('finds persons and organisations by id and by number', async () => {
    const person = await insertPerson(db, { email: 'mau@minhhoa.example' })
    const organisation = await insertOrganisation(db)
    expect(await holders.find(person.id)).toEqual(person)
    expect(await holders.find(organisation.id)).toEqual(organisation)
    expect(await holders.findByNationalNumber(person.nationalNumber)).toEqual(person)
    expect(await holders.findByTaxCode(organisation.taxCode)).toEqual(organisation)
    expect(await holders.find(unknown)).toBeNull()
    expect(await holders.findByNationalNumber('none')).toBeNull()
    expect(await holders.findByTaxCode('none')).toBeNull()
  })

  it('says that a number is known already', async () => {
    const person = await insertPerson(db)
    const again = holders.insertPerson({ ...person, id: systemRandom.uuid() }, at)
    await expect(again).rejects.toMatchObject({ code: 'DUPLICATE' })
  })

  it('changes the state of a holder, and says when there is none', async () => {
    const person = await insertPerson(db)
    const changed = await holders.setState(person.id, 'inactive', at)
    expect(changed).toEqual({ ...person, state: 'inactive' })
    const nobody = holders.setState(unknown, 'inactive', at)
    await expect(nobody).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  it('keeps affiliations in the order in which they began', async () => {
    const [person, organisation] = [await insertPerson(db), await insertOrganisation(db)]
    const base = { personId: person.id, position: 'Chuyên viên' }
    const newer = { ...base, id: systemRandom.uuid(), agencyId: office.id, organisationId: null }
    const older = {
      ...base,
      id: systemRandom.uuid(),
      agencyId: null,
      organisationId: organisation.id,
    }
    await holders.insertAffiliation(newer, at)
    await holders.insertAffiliation(older, registryTime)
    expect(await holders.affiliationsOf(person.id)).toEqual([older, newer])
    const again = holders.insertAffiliation({ ...newer, id: systemRandom.uuid() }, at)
    await expect(again).rejects.toMatchObject({ code: 'DUPLICATE' })
  })

  describe('gathers what claims are made of', () => {
    const noMeans = { cardUuid: null, keySlot: null, terminalId: null, passkeyId: null }

    it('for a person with agencies, organisations and a card', async () => {
      const [person, organisation] = [await insertPerson(db), await insertOrganisation(db)]
      const base = { personId: person.id, agencyId: null, organisationId: null }
      const ids = [1, 2, 3].map(() => systemRandom.uuid()) as [string, string, string]
      const add: HolderStore['insertAffiliation'] = (affiliation, since) =>
        holders.insertAffiliation(affiliation, since)
      await add({ ...base, id: ids[0], agencyId: office.id, position: 'Chuyên viên' }, at)
      await add({ ...base, id: ids[1], agencyId: province.id, position: 'Ủy viên' }, registryTime)
      const { id: organisationId, displayName: name, taxCode } = organisation
      await add({ ...base, id: ids[2], organisationId, position: 'Kế toán' }, at)
      const { cardUuid } = await insertCard(db, { holderId: person.id })

      const terminalId = (await insertTerminal(db)).id
      const means = { ...noMeans, cardUuid, keySlot: '9E', terminalId } as const
      expect(await holders.findForClaims(person.id, means)).toEqual({
        holder: person,
        agencies: [
          { ...claimsOf(province), position: 'Ủy viên', path: ['MH'] },
          { ...claimsOf(office), position: 'Chuyên viên', path: ['MH', 'MH-STP', 'MH-STP-VP'] },
        ],
        organisations: [{ name, taxCode, position: 'Kế toán' }],
        card: {
          ...{ cardUuid, kind: 'civil-servant', state: 'active', expiresAt: registryEnd },
          certifiedUntil: null,
        },
        passkey: null,
        pass: null,
        terminalState: 'active',
      })
    })

    it('for an organisation with its card', async () => {
      const { cardUuid, holderId } = await insertCard(db, { kind: 'enterprise' })
      const found = await holders.findForClaims(holderId, { ...noMeans, cardUuid })
      expect(found).toMatchObject({ holder: { type: 'organisation' }, agencies: [] })
      expect(found).toMatchObject({ organisations: [], card: { cardUuid, kind: 'enterprise' } })
    })

    it('and the end of the certificate in use for the key that signed', async () => {
      const { cardUuid, holderId } = await insertCard(db)
      const certificates = createCertificateStore(db)
      const { id: authorityId } = await insertAuthority(db)
      const prepared = preparedCertificate(authorityId, { for: { cardUuid, slot: '9A' } })
      await certificates.insertCertificate(prepared, systemRandom.bytes(8), at)
      const endOf = async (keySlot: '9A' | '9E') =>
        (await holders.findForClaims(holderId, { ...noMeans, cardUuid, keySlot }))?.card
          ?.certifiedUntil
      expect(await endOf('9A')).toEqual(registryEnd)
      expect(await endOf('9E')).toBeNull()
      await db.query(
        `update authorities set state = 'revoked', revoked_at = $2, revocation_reason = 'cACompromise'
         where id = $1`,
        [authorityId, at],
      )
      expect(await endOf('9A')).toBeNull()
    })

    it('and shows no card that is somebody else’s, unknown or not asked for', async () => {
      const person = await insertPerson(db)
      const { cardUuid: others } = await insertCard(db)
      for (const cardUuid of [others, unknown, null])
        expect((await holders.findForClaims(person.id, { ...noMeans, cardUuid }))?.card).toBeNull()
    })

    it('and nobody where there is nobody', async () => {
      expect(await holders.findForClaims(unknown, noMeans)).toBeNull()
    })
  })

  function claimsOf({ code, name, kind }: Agency): Pick<Agency, 'code' | 'name' | 'kind'> {
    return { code, name, kind }
  }
})

describe('deactivating a holder', () => {
  it('is kept with who asked for it and why', async () => {
    const { id: holderId } = await insertPerson(db)
    const request = { holderId, actor: 'ecard', reason: 'chuyển công tác' }
    const holder = await deactivateHolder({ db, clock: { now: () => at } }, request)
    expect(holder.state).toBe('inactive')
    const [event] = await createAuditStore(db).listRecent({ holderId })
    expect(event).toMatchObject({
      at,
      event: 'holder.deactivated',
      outcome: 'succeeded',
      ...request,
    })
  })

  it('says when there is no such holder, and audits nothing', async () => {
    const request = { holderId: unknown, actor: 'ecard', reason: 'nghỉ việc' }
    const attempt = deactivateHolder({ db, clock: { now: () => at } }, request)
    await expect(attempt).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect(await createAuditStore(db).listRecent({ holderId: unknown })).toEqual([])
  })
})
