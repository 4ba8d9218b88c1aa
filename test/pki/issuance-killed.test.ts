import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createDevelopmentPki } from '../../src/pki/development-pki.ts'
import { issueCardCertificate } from '../../src/pki/issue-card-certificate.ts'
import { settlePreparedCertificates } from '../../src/pki/settle-prepared-certificates.ts'
import { cardRequest } from '../support/card-request.ts'
import type { KillOrder } from '../support/kill-issuer.ts'
import { createPkiFixture, type PkiFixture } from '../support/pki-fixture.ts'
import { startProgram } from '../support/program.ts'

/** Every step at which the issuer is killed; `kill-issuer.ts` says what each number is. */
const steps = [
  'before transaction',
  'before audit intended',
  'after audit intended',
  'before prepared row',
  'after prepared row',
  'after transaction',
  'before signature',
  'after signature',
  'before transaction',
  'before supersession',
  'after supersession',
  'before completion',
  'after completion',
  'before audit succeeded',
  'after audit succeeded',
  'after transaction',
]

let fixture: PkiFixture
beforeAll(async () => {
  fixture = await createPkiFixture()
  await createDevelopmentPki(fixture.deps)
})
afterAll(() => fixture.close())

/** A card that has a certificate, and a killed process that was to issue the next one. */
async function issueAndKill(killAtStep: number) {
  const asked = await cardRequest(fixture)
  const first = await issueCardCertificate(fixture.deps, asked)
  const signedFile = join(fixture.folder, `signed-${killAtStep}`)
  await writeFile(signedFile, '')
  const order: KillOrder = {
    ...{ url: fixture.url, keystore: join(fixture.folder, 'keystore'), killAtStep, signedFile },
    at: fixture.now.toISOString(),
    request: { ...asked, replace: true },
  }
  const orderFile = join(fixture.folder, `order-${killAtStep}.json`)
  await writeFile(orderFile, JSON.stringify(order))
  const program = startProgram('test/support/kill-issuer.ts', [orderFile])
  const status = await program.ended
  await connectionsEnd()
  const said = [...program.output().matchAll(/^step \d+ (.*)$/gm)].map(([, name]) => name)
  const signed = (await readFile(signedFile, 'utf8')).split('\n').filter((line) => line !== '')
  return { asked, first, status, said, signed, output: program.output() }
}

/** PostgreSQL has rolled back what the killed process left open. */
async function connectionsEnd(): Promise<void> {
  const sql = `select pid from pg_stat_activity
    where datname = current_database() and state like 'idle in transaction%'`
  await vi.waitFor(async () => {
    expect((await fixture.db.query(sql)).rows).toEqual([])
  }, 10_000)
}

async function rowsOf(cardUuid: string) {
  const { rows } = await fixture.db.query<{ serial_number: string; status: string }>(
    'select serial_number, status from certificates where card_uuid = $1',
    [cardUuid],
  )
  return rows
}

const inUse = (rows: readonly { status: string }[]) =>
  rows.filter(({ status }) => status === 'active' || status === 'suspended')

/** What the audit says of each serial of the card: `issued intended`, `settled succeeded` … */
async function auditOf(cardUuid: string): Promise<Map<string, string[]>> {
  const events = (await fixture.deps.audit.listRecent({ cardUuid })).reverse()
  const bySerial = new Map<string, string[]>()
  for (const { event, outcome, facts } of events) {
    const serial = String(facts['serialNumber'])
    const said = `${event.replace('certificate.', '')} ${outcome}`
    bySerial.set(serial, [...(bySerial.get(serial) ?? []), said])
  }
  return bySerial
}

describe('an issuer that is killed', () => {
  it('has as many steps as there are tests here', async () => {
    const { status, said, output } = await issueAndKill(steps.length + 1)
    expect(output).toContain('issued')
    expect(status).toBe(0)
    expect(said).toEqual(steps)
  })

  it.each(steps.map((name, index) => ({ name, step: index + 1 })))(
    'at step $step, $name: leaves nothing signed without its row, and the card usable',
    async ({ step }) => {
      const { asked, status, said, signed, output } = await issueAndKill(step)
      // 1. It was killed there, and by nothing else.
      expect(status, output).toBeNull()
      expect(said).toHaveLength(step)
      // 2. Nothing was signed that the registry does not know; the slot has one certificate.
      const { cardUuid } = asked
      const rows = await rowsOf(cardUuid)
      expect(rows.map(({ serial_number: serial }) => serial)).toEqual(
        expect.arrayContaining(signed),
      )
      expect(inUse(rows)).toHaveLength(1)
      // 3. The next start settles what was left.
      await settlePreparedCertificates(fixture.deps, { olderThanSeconds: -1 })
      const settled = await rowsOf(cardUuid)
      expect(settled.filter(({ status: now }) => now === 'prepared')).toEqual([])
      expect(inUse(settled)).toEqual(inUse(rows))
      // 4. The audit has an intent and an end for every row, and no end without an intent.
      const audit = await auditOf(cardUuid)
      expect([...audit.keys()].sort()).toEqual(
        settled.map(({ serial_number: serial }) => serial).sort(),
      )
      for (const said of audit.values()) {
        expect([
          ['issued intended', 'issued succeeded'],
          ['issued intended', 'settled succeeded'],
        ]).toContainEqual(said)
      }
      // 5. Nothing stands in the way of the next one.
      const next = await issueCardCertificate(fixture.deps, { ...asked, replace: true })
      expect(inUse(await rowsOf(cardUuid))).toEqual([
        { serial_number: next.serialNumber, status: 'active' },
      ])
    },
    60_000,
  )
})
