import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command } from 'commander'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { migratedTestDatabase } from '../../test/support/migrated-database.ts'
import { textOfPdf } from '../../test/support/pdf-text.ts'
import { insertCard, insertPerson } from '../../test/support/registry.ts'
import { createAuditStore } from '../../src/audit/audit-store.ts'
import { systemClock } from '../../src/clock.ts'
import { createMemoryRateLimiter } from '../../src/db/flexible-rate-limiter.ts'
import type { Database } from '../../src/db/pool.ts'
import { AppError } from '../../src/errors.ts'
import { createPassSecret } from '../../src/passes/pass-secret.ts'
import { redeemPass } from '../../src/passes/redeem-pass.ts'
import { passEn } from '../words/pass-en.ts'
import { passVi } from '../words/pass-vi.ts'
import { withAuthorities } from './open-authorities.ts'
import { passCommand } from './pass.ts'

const number = '000085000101'
const reason = ['--reason', 'card forgotten, identity card seen']
let database: Awaited<ReturnType<typeof migratedTestDatabase>>
let db: Database
let folder: string

beforeAll(async () => {
  database = await migratedTestDatabase()
  db = database.db
  folder = await mkdtemp(join(tmpdir(), 'ecard-pass-'))
  vi.stubEnv('DATABASE_URL', database.url)
  vi.stubEnv('ECARD_DATA_DIR', folder)
  vi.stubEnv('ECARD_LANG', 'en')
  const { id } = await insertPerson(db, { nationalNumber: number })
  await insertCard(db, { holderId: id })
})
afterAll(async () => {
  vi.unstubAllEnvs()
  await rm(folder, { recursive: true, force: true })
  await database.drop()
})

/** The command in this process: starting one takes seconds. */
async function ecard(...args: string[]): Promise<{ status: number; output: string }> {
  const lines: string[] = []
  const say = (text: unknown = ''): void => void lines.push(String(text))
  const spy = vi.spyOn(console, 'log').mockImplementation(say)
  const program = new Command('ecard').addCommand(passCommand())
  try {
    await program.parseAsync(['pass', ...args], { from: 'user' })
    return { status: 0, output: lines.join('\n') }
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return { status: 1, output: `${error.code}: ${error.message}` }
  } finally {
    spy.mockRestore()
  }
}

/** As the service does, with its own opening of the same keystore. */
function redeem(receivedCode: string) {
  return withAuthorities(({ keystore }) =>
    redeemPass(
      {
        ...{ db, clock: systemClock, limiter: createMemoryRateLimiter() },
        secret: createPassSecret(keystore),
      },
      {
        ...{ receivedNumber: number, receivedCode, clientId: 'documents' },
        ...{ cardKinds: ['civil-servant'], isForRegistration: false },
        place: { kind: 'network', network: '192.0.2.1' },
      },
    ),
  )
}

describe('ecard pass', () => {
  it('says what it would make, and makes nothing without --apply', async () => {
    const { output } = await ecard('issue', '--holder', number, '--for', '4h', ...reason)
    expect(output).toMatch(
      /^Temporary pass for Nguyễn Văn Mẫu \(civil servant\), from \d\d:\d\d .* to \d\d:\d\d /,
    )
    expect(output).toMatch(/Good for 1 sign-in to: all applications.*\nNothing changed\./)
    expect((await ecard('list', '--all')).output).toBe('There are no temporary passes.')
  })

  it('shows the code once, prints a slip, and the service takes it', async () => {
    const slip = join(folder, 'slip.pdf')
    const wish = ['--for', '30m', '--uses', '2', '--may-register-passkey', '--slip', slip]
    const { output } = await ecard('issue', '--holder', number, ...wish, ...reason, '--apply')
    const code = /^Code: {2}(\d{4} \d{4} \d{4})$/m.exec(output)?.[1] ?? ''
    expect(code).not.toBe('')
    expect(output).toContain('http://localhost:8400/passkeys/pass')
    expect((await stat(slip)).mode & 0o777).toBe(0o600)
    const text = await textOfPdf(slip)
    expect(text).toContain('Nguyễn Văn Mẫu')
    expect(text.replace(/\s+/g, ' ')).toContain(code)
    expect((await redeem(code)).pass?.mayRegisterPasskey).toBe(true)
    const listed = await ecard('list')
    expect(listed.output).toMatch(/Nguyễn Văn Mẫu +usable +1\/2 /)
    expect(listed.output).not.toContain(code)
    const again = await ecard('issue', '--holder', number, ...wish, ...reason, '--apply')
    expect(again).toMatchObject({
      status: 1,
      output: expect.stringContaining('DUPLICATE') as string,
    })
    expect((await ecard('list')).output).toMatch(/usable +1\/2 /)
  })

  it('withdraws it, for whoever it is', async () => {
    const issued = await ecard('issue', '--holder', number, ...reason, '--json', '--apply')
    const { passId, code, applied } = JSON.parse(issued.output) as Record<string, string>
    expect([applied, code]).toEqual([true, expect.stringMatching(/^\d{12}$/)])
    const withdraw = ['withdraw', passId ?? '', '--reason', 'card found']
    expect((await ecard(...withdraw)).output).toContain('Nothing changed.')
    expect((await ecard(...withdraw, '--apply')).output).toMatch(
      /Withdrawn\.\nNo service has answered\. The code signs nobody in any more;/,
    )
    await expect(redeem(code ?? '')).rejects.toMatchObject({ reason: 'withdrawn' })
    expect(await ecard(...withdraw, '--apply')).toMatchObject({ status: 1 })
    const [event] = await createAuditStore(db).listRecent({ event: 'pass.withdrawn' })
    expect(event).toMatchObject({ actor: 'ecard', reason: 'card found', facts: { passId } })
  })

  it('refuses in a sentence, in both languages', async () => {
    const issue = ['issue', '--holder', number, ...reason, '--application', 'nowhere']
    expect((await ecard(...issue)).output).toBe(
      'PASS_NOT_ISSUED: There is no active application nowhere. See: ecard client list.',
    )
    vi.stubEnv('ECARD_LANG', 'vi')
    expect((await ecard(...issue)).output).toMatch(/Không có ứng dụng nowhere đang hoạt động/)
    vi.stubEnv('ECARD_LANG', 'en')
    expect(Object.keys(passEn.refusals)).toEqual(Object.keys(passVi.refusals))
  })
})
