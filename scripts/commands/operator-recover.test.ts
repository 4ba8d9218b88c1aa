/** The way back where no administrator can sign in, in this process. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { VirtualCard } from '../../card-reader/virtual-card/virtual-card.ts'
import { createCardStore } from '../../src/cards/card-store.ts'
import { bootstrapOperators } from '../../src/operators/bootstrap-operators.ts'
import { grantRole } from '../../src/operators/change-grants.ts'
import { listGrants } from '../../src/operators/grant-store.ts'
import { createIssuingFixture, type IssuingFixture } from '../../test/support/issuing-fixture.ts'
import { fixturePassphrase } from '../../test/support/pki-fixture.ts'
import { insertCard } from '../../test/support/registry.ts'
import { operatorCommand } from './operator.ts'

let fixture: IssuingFixture
let folder: string
let administrator: Awaited<ReturnType<typeof insertCard>>
let lastSeen = '0'

beforeAll(async () => {
  fixture = await createIssuingFixture()
  // The commands go by the machine's clock.
  fixture.pki.now = new Date()
  folder = await mkdtemp(join(tmpdir(), 'ecard-recover-'))
  await writeFile(join(folder, 'passphrase'), fixturePassphrase)
})
beforeEach(() => {
  vi.stubEnv('DATABASE_URL', fixture.pki.url)
  vi.stubEnv('ECARD_DATA_DIR', fixture.pki.folder)
  vi.stubEnv('ECARD_KEYSTORE_PASSPHRASE_FILE', join(folder, 'passphrase'))
  vi.stubEnv('ECARD_LANG', 'en')
})
afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
})
afterAll(async () => {
  await fixture.close()
  await rm(folder, { recursive: true, force: true })
})

/** What `ecard operator recover` printed on standard output. */
async function recover(...args: readonly string[]): Promise<string> {
  const lines: string[] = []
  vi.spyOn(console, 'log').mockImplementation((line: string) => void lines.push(line))
  vi.spyOn(console, 'error').mockImplementation(() => undefined)
  const all = ['recover', '--reason', 'mất thẻ', ...args]
  await operatorCommand().parseAsync(all, { from: 'user' })
  return lines.join('\n')
}

const stateOf = async (cardUuid: string) =>
  (await createCardStore(fixture.pki.db).find(cardUuid))?.state

/** What the audit got since the last time, newest first. */
async function newEvents(): Promise<(readonly unknown[])[]> {
  const { rows } = await fixture.pki.db.query<
    Record<'id' | 'event', string> & {
      outcome: string
      reason: string | null
      actor: string
    }
  >(`select id, event, outcome, reason, actor from audit_events where id > $1 order by id desc`, [
    lastSeen,
  ])
  lastSeen = rows[0]?.id ?? lastSeen
  return rows.map(({ event, outcome, reason, actor }) => [event, outcome, reason, actor])
}

describe('ecard operator recover', () => {
  it('has nothing to recover before the first administrator', async () => {
    const { holderId } = await insertCard(fixture.pki.db)
    await expect(recover('--holder', holderId, '--apply')).rejects.toMatchObject({
      ...{ code: 'GRANT_REFUSED', reason: 'before-bootstrap' },
    })
  })

  it('is refused, loudly, as long as an administrator can sign in', async () => {
    const { db, deps } = fixture.pki
    const { id } = await fixture.addHolder('civil-servant')
    administrator = await insertCard(db, { holderId: id })
    const { holderId } = administrator
    await bootstrapOperators({ ...deps, db }, { holderId, actor: 'ecard', reason: 'first' })
    const other = await insertCard(db)
    await newEvents()
    const wish = ['--holder', other.holderId]
    const elsewhere = ['--lost', other.cardUuid, '--apply']
    for (const [args, reason] of [
      [[], 'administrator-left'],
      [['--apply'], 'administrator-left'],
      [elsewhere, 'not-an-administrators-card'],
    ] as const)
      await expect(recover(...wish, ...args)).rejects.toMatchObject({ reason })
    expect(await newEvents()).toEqual([
      ['operator.recovered', 'refused', 'not-an-administrators-card', 'ecard'],
      ['operator.recovered', 'refused', 'administrator-left', 'ecard'],
      ['operator.recovered', 'refused', 'administrator-left', 'ecard'],
    ])
    expect(await stateOf(other.cardUuid)).toBe('active')
  })

  it('needs the keys of an authority of this registry: a new keystore does not do', async () => {
    vi.stubEnv('ECARD_DATA_DIR', join(folder, 'elsewhere'))
    const { holderId, cardUuid } = administrator
    const lost = ['--holder', holderId, '--lost', cardUuid, '--reader', 'virtual:none']
    await expect(recover(...lost, '--apply')).rejects.toMatchObject({
      ...{ code: 'GRANT_REFUSED', reason: 'keystore-not-ours' },
      message: expect.stringMatching(/^The keystore here has no key of a certification/) as string,
    })
    vi.stubEnv('ECARD_KEYSTORE_PASSPHRASE_FILE', join(folder, 'wrong'))
    vi.stubEnv('ECARD_DATA_DIR', fixture.pki.folder)
    await writeFile(join(folder, 'wrong'), 'not the passphrase')
    await expect(recover(...lost, '--apply')).rejects.toThrow()
    expect(await stateOf(cardUuid)).toBe('active')
  })

  it('ends the lost card and gives the administrator a new one, after a dry run', async () => {
    const { holderId, cardUuid } = administrator
    const file = join(folder, 'new-card.json')
    VirtualCard.create({ file })
    const lost = ['--holder', holderId, '--lost', cardUuid, '--reader', `virtual:${file}`]
    await expect(
      recover('--holder', holderId, '--lost', cardUuid, '--apply'),
    ).rejects.toMatchObject({ reason: 'holder-without-card' })
    await newEvents()
    const planned = await recover(...lost)
    expect(planned).toContain(`Card ${cardUuid} would be revoked as lost`)
    expect(planned).toContain('Nothing changed.')
    expect(await stateOf(cardUuid)).toBe('active')
    expect(await newEvents()).toEqual([])

    const slip = ['--pin', 'slip', '--pin-slip', join(folder, 'slip.pdf')]
    const told = JSON.parse(await recover(...lost, ...slip, '--apply', '--json')) as {
      card: { cardUuid: string }
    }
    expect(told).toMatchObject({ applied: true, lostCards: [cardUuid], sessionsEnded: false })
    expect(await stateOf(cardUuid)).toBe('revoked')
    expect(await stateOf(told.card.cardUuid)).toBe('issued')
    expect(await newEvents()).toEqual(
      expect.arrayContaining([
        ['operator.recovered', 'succeeded', 'mất thẻ', 'ecard'],
        ['card.revoked', 'succeeded', 'mất thẻ', 'ecard'],
      ]),
    )
    const held = await listGrants(fixture.pki.db, { all: true })
    expect(held).toMatchObject([{ holderId, role: 'administrator', ended: null }])
    await expect(recover('--holder', holderId, '--apply')).rejects.toMatchObject({
      reason: 'administrator-left',
    })
  })

  it('appoints another person whose card is good, when every administrator has left', async () => {
    const { db, deps } = fixture.pki
    const { holderId: other } = await insertCard(db)
    await db.query(`update holders set state = 'inactive' where id = $1`, [administrator.holderId])
    const done = await recover('--holder', other, '--apply')
    expect(done).toMatch(/is administrator, of the whole province\. Sign in: ecard login/)
    const held = await listGrants(db, { all: false, holderId: other })
    expect(held).toMatchObject([{ grantedBy: 'ecard', grantReason: 'mất thẻ', agencyCode: null }])
    const auditor = { holderId: other, role: 'auditor', agencyId: null, reason: 'x' } as const
    await grantRole({ ...deps, db }, { ...auditor, actor: administrator.holderId })
  })
})
