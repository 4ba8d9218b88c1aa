import { access, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { breakKinds, chainBreak } from '../../src/audit/chain-break.ts'
import { createAuditStore } from '../../src/audit/audit-store.ts'
import { auditTime, openAuditFixture, type AuditFixture } from '../../test/support/audit-fixture.ts'
import { runProgram } from '../../test/support/program.ts'
import { auditEn } from '../words/audit-en.ts'
import { auditVi } from '../words/audit-vi.ts'

const cardUuid = '6f1c2a34-0d5e-4f60-9b7a-2c3d4e5f6071'

/** One story, told by the command itself: arguments, output, exit status. */
describe('ecard audit', { timeout: 60_000 }, () => {
  let audit: AuditFixture
  let environment: NodeJS.ProcessEnv

  beforeAll(async () => {
    audit = await openAuditFixture()
    environment = {
      DATABASE_URL: audit.url,
      ECARD_ISSUER: 'http://localhost:1',
      ECARD_DATA_DIR: audit.folder,
      ECARD_LANG: 'en',
    }
    await writeFile(join(audit.folder, 'keystore-passphrase'), 'one passphrase for tests', {
      mode: 0o600,
    })
    await audit.append(4)
    await createAuditStore(audit.db).append({
      ...{ at: auditTime, event: 'card.revoked', outcome: 'succeeded', cardUuid, actor: 'H-7' },
      ...{ reason: 'lost\u001b[31m', facts: { approval: 'A-12' } },
    })
  })
  afterAll(() => audit.close())

  const ecard = (...args: string[]) =>
    runProgram('scripts/ecard.ts', ['audit', ...args], environment)
  const at = (name: string) => join(audit.folder, name)

  it('lists who did what on whom, why and with which approval, safe for the terminal', async () => {
    const { status, output } = await ecard('list', '--card', cardUuid)
    expect(status).toBe(0)
    const [heading, line, ...rest] = output.trimEnd().split('\n')
    expect(heading).toMatch(/^Time \(UTC\) +Event +Outcome +By +On +Terminal +Why +Approval$/)
    expect(line).toMatch(
      /^2026-03-01 07:00:00 {2}card\.revoked {2}succeeded {2}H-7 {2}6f1c2a34-\S+ +lost \[31m +A-12$/,
    )
    expect(rest).toEqual([])
  })

  it.each([
    [['list', '--card', 'somebody'], /6f1c2a34/],
    [['export', '--from', 'yesterday'], /2026-03-01/],
  ])('refuses %j as wrong usage', async (args, words) => {
    const { status, output } = await ecard(...args)
    expect(status).toBe(2)
    expect(output).toMatch(words)
  })

  it('cannot tell before there is a key, and says what to do', async () => {
    const { status, output } = await ecard('verify')
    expect(status).toBe(1)
    expect(output).toMatch(/^KEYSTORE_UNAVAILABLE: .*--public-key/m)
  })

  it('says what a checkpoint would do, and makes it when told', async () => {
    const dry = await ecard('checkpoint')
    expect(dry).toEqual({
      status: 0,
      output: '5 events would be linked and signed.\nNothing changed. Add --apply to do it.\n',
    })
    expect(await audit.links()).toEqual([])
    const made = await ecard('checkpoint', '--apply', '--out', at('kept.jws'))
    expect(made.status).toBe(0)
    expect(made.output).toMatch(/^Checkpoint 1: 5 events, [0-9a-f]{64}\nWritten to /)
    expect((await stat(at('kept.jws'))).mode & 0o777).toBe(0o600)
    const again = await ecard('checkpoint', '--apply', '--out', at('kept.jws'))
    expect(again.status).toBe(1)
    expect(again.output).toMatch(/^Nothing is new.*\nINPUT_INVALID: .*is there already/)
    const key = await ecard('key', '--out', at('kept.pem'))
    expect(key.status).toBe(0)
    expect(await readFile(at('kept.pem'), 'utf8')).toMatch(/^-----BEGIN PUBLIC KEY-----\n/)
  })

  it('verifies with the keystore, or with what was kept elsewhere alone', async () => {
    const { status, output } = await ecard('verify')
    expect(output).toMatch(/^Intact: 5 events\.\nLast: 5, [0-9a-f]{64}\nSigned up to: 5\n$/)
    expect(status).toBe(0)
    const keptOnly = ['--public-key', at('kept.pem'), '--checkpoint', at('kept.jws'), '--json']
    environment = { ...environment, ECARD_DATA_DIR: at('elsewhere') }
    const kept = await ecard('verify', ...keptOnly)
    environment = { ...environment, ECARD_DATA_DIR: audit.folder }
    expect(kept.status).toBe(0)
    expect(JSON.parse(kept.output)).toMatchObject({ isIntact: true, checked: 5, breaks: [] })
    await expect(access(at('elsewhere'))).rejects.toMatchObject({ code: 'ENOENT' })
  })

  it('writes the export to a file once, or to standard output', async () => {
    const { status, output } = await ecard('export', '--event', 'card.revoked')
    expect(status).toBe(0)
    const lines = output
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string })
    expect(lines.map(({ type }) => type)).toEqual(['event', 'checkpoint'])
    const toFile = ['export', '--out', at('audit.jsonl')]
    expect(await ecard(...toFile)).toMatchObject({ status: 0 })
    expect((await readFile(at('audit.jsonl'), 'utf8')).split('\n')).toHaveLength(5 + 1 + 1)
    const again = await ecard(...toFile)
    expect(again.status).toBe(1)
    expect(again.output).toMatch(/^INPUT_INVALID: .*is there already/)
  })

  it('says which event was changed, in both languages, and ends with status 1', async () => {
    await audit.tamper(`update audit_events set actor = 'H-8' where id = 5`)
    const english = await ecard('verify')
    expect(english.status).toBe(1)
    expect(english.output).toMatch(
      /^BROKEN in 1 place\. The first is:\n {2}5: event 5 does not fit/,
    )
    environment = { ...environment, ECARD_LANG: 'vi' }
    const vietnamese = await ecard('verify')
    expect(vietnamese.status).toBe(1)
    expect(vietnamese.output).toMatch(/^BỊ PHÁ VỠ ở 1 chỗ.*\n {2}5: sự kiện 5 không khớp mã băm/)
  })

  it('does not take a checkpoint that somebody else signed', async () => {
    const jws = await readFile(at('kept.jws'), 'utf8')
    await writeFile(at('forged.jws'), jws.replace(/.{8}\s*$/, 'AAAAAAAA'))
    environment = { ...environment, ECARD_LANG: 'en' }
    const { status, output } = await ecard('verify', '--checkpoint', at('forged.jws'))
    expect(status).toBe(1)
    expect(output).toMatch(/^INPUT_INVALID: .*no checkpoint that the audit key signed/)
  })
})

describe('the words about the audit', () => {
  it('exist in both languages under the same keys', () => {
    expect(Object.keys(auditVi).sort()).toEqual(Object.keys(auditEn).sort())
  })

  it('have a sentence of its own for everything that can be wrong', () => {
    for (const words of [auditVi, auditEn]) {
      const sentences = breakKinds.map((kind) => {
        const more = { eventId: '7', checkpoint: 2, foundAtSeq: 11 }
        return words.breaks[kind](chainBreak(kind, 12, more))
      })
      expect(new Set(sentences).size).toBe(breakKinds.length)
      for (const sentence of sentences) expect(sentence).toMatch(/^12: .*\.$/)
    }
  })
})
