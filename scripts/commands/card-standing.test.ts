import { Command } from 'commander'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { createLogoutNode } from '../../test/support/logout-node.ts'
import type { RelyingParty } from '../../test/support/relying-party.ts'
import { createSignInFixture, type SignInFixture } from '../../test/support/sign-in-fixture.ts'
import { TestBrowser } from '../../test/support/test-browser.ts'
import { openTestStore } from '../../test/support/test-stores.ts'
import type { Card } from '../../src/cards/card.ts'
import { watchStanding } from '../../src/cards/watch-standing.ts'
import { systemClock } from '../../src/clock.ts'
import type { ExpiringStore } from '../../src/db/expiring-store.ts'
import { AppError } from '../../src/errors.ts'
import { silentLog } from '../../src/log.ts'
import { endSessions } from '../../src/oidc/end-sessions.ts'
import { cardCommand } from './card.ts'
import { holderCommand } from './holder.ts'
import { terminalCommand } from './terminal.ts'

let store: ExpiringStore
let fixture: SignInFixture
let party: RelyingParty
beforeAll(async () => {
  store = await openTestStore('memory')
  fixture = await createSignInFixture(store)
  party = await fixture.application()
  vi.stubEnv('DATABASE_URL', fixture.registry.databaseUrl)
  vi.stubEnv('ECARD_ISSUER', 'http://localhost:1')
})
beforeEach(() => {
  vi.stubEnv('ECARD_LANG', 'en')
  party.answersLogout = true
})
afterAll(async () => {
  vi.unstubAllEnvs()
  await fixture.close()
})

/** The command in this process: starting one takes seconds. */
async function run(...args: string[]): Promise<{ status: number; output: string }> {
  const lines: string[] = []
  const say = (text: unknown): void => void lines.push(String(text))
  const spies = [
    vi.spyOn(console, 'log').mockImplementation(say),
    vi.spyOn(console, 'error').mockImplementation(say),
  ]
  const program = new Command('ecard')
  for (const noun of [cardCommand(), holderCommand(), terminalCommand()]) program.addCommand(noun)
  try {
    await program.parseAsync(args, { from: 'user' })
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    say(`${error.code}: ${error.message}`)
    process.exitCode = 1
  } finally {
    for (const spy of spies) spy.mockRestore()
  }
  const status = Number(process.exitCode ?? 0)
  process.exitCode = undefined
  return { status, output: lines.join('\n') }
}

const ecard = (...args: string[]) => run('card', ...args)

/** Runs `work` while a node of the service hears what ends. */
async function whileServing<T>(work: () => Promise<T>): Promise<T> {
  const { db } = fixture.registry
  const findClient = (id: string) => fixture.service.provider.Client.find(id)
  const node = createLogoutNode({ store, db, findClient })
  const stop = await watchStanding({
    ...{ db, clock: systemClock, log: silentLog },
    onEnded: async (change) => {
      await endSessions(node, change)
    },
  })
  try {
    return await work()
  } finally {
    await stop()
  }
}

async function signedIn(terminalId = fixture.terminalId): Promise<Card> {
  const card = await fixture.registry.addCard()
  await fixture.tap(new TestBrowser(), party, card, { terminalId })
  return card
}

const stateOf = async ({ cardUuid }: Card) => (await fixture.registry.cards.find(cardUuid))?.state

describe('ecard card suspend, reinstate and revoke', () => {
  it('change nothing without --apply', async () => {
    const card = await signedIn()
    const planned = await ecard('suspend', card.cardUuid, '--reason', 'báo mất')
    expect(planned).toEqual({
      status: 0,
      output: `Card ${card.cardUuid} (Nguyễn Văn Mẫu): active -> suspended\nNothing changed. Add --apply to do it.`,
    })
    expect(await stateOf(card)).toBe('active')
  })

  it('print the receipt of each application', async () => {
    const card = await signedIn()
    const { output } = await whileServing(() =>
      ecard('revoke', card.cardUuid, '--reason', 'báo mất', '--cause', 'lost', '--apply'),
    )
    expect(output).toContain('Its certificates: revoked, lost (keyCompromise)')
    expect(output).toContain(`Card ${card.cardUuid}: revoked.`)
    expect(output).toMatch(/^application-1 +Documents and operations +told in [\d,]+ ms$/m)
    expect(output).toMatch(/Sessions ended; 1 applications told in [\d,]+ ms\.$/)
    expect(await stateOf(card)).toBe('revoked')
  })

  it('tell scripts the same', async () => {
    const card = await signedIn()
    const args = ['suspend', card.cardUuid, '--reason', 'báo mất', '--json']
    const planned = JSON.parse((await ecard(...args)).output) as unknown
    expect(planned).toMatchObject({ from: 'active', to: 'suspended', applied: false })
    const { output } = await whileServing(() => ecard(...args, '--apply'))
    expect(JSON.parse(output)).toEqual({
      ...{ cardUuid: card.cardUuid, from: 'active', to: 'suspended', applied: true },
      sessionsEnded: true,
      applications: [
        {
          ...{ clientId: party.clientId, outcome: 'told', attempts: 1 },
          tookMs: expect.any(Number) as number,
        },
      ],
    })
  })

  it('say which application could not be told, and that nobody was signed in', async () => {
    const card = await signedIn()
    party.answersLogout = false
    vi.stubEnv('ECARD_LANG', 'vi')
    const args = ['--reason', 'báo mất', '--apply']
    const told = await whileServing(() => ecard('suspend', card.cardUuid, ...args))
    expect(told.output).toMatch(/^application-1 .*không báo được, đã thôi thử$/m)
    const back = await ecard('reinstate', card.cardUuid, ...args)
    expect(back.output).toMatch(/: đang dùng\.$/)
    const unused = await fixture.registry.addCard()
    const none = await whileServing(() => ecard('suspend', unused.cardUuid, ...args))
    expect(none.output).toContain('Không có phiên đăng nhập nào bằng thẻ này.')
  })

  it('say so where no service answers, and have the card stopped all the same', async () => {
    const card = await signedIn()
    const { status, output } = await ecard('suspend', card.cardUuid, '--reason', 'x', '--apply')
    expect(output).toContain('No service has answered. The card signs nobody in any more')
    expect({ status, state: await stateOf(card) }).toEqual({ status: 0, state: 'suspended' })
  })

  it('refuse what the state of the card does not allow, an empty reason and an unknown card', async () => {
    const card = await fixture.registry.addCard()
    const back = await ecard('reinstate', card.cardUuid, '--reason', 'thử', '--apply')
    expect(back).toMatchObject({ status: 1 })
    expect(back.output).toContain('This is not possible')
    const silent = await ecard('suspend', card.cardUuid, '--reason', '  ', '--apply')
    expect(silent.output).toBe('INPUT_INVALID: The reason is empty. Say why with --reason.')
    for (const unknown of ['6f1c2a34', '00000000-0000-4000-8000-000000000000']) {
      const { output } = await ecard('suspend', unknown, '--reason', 'thử', '--apply')
      expect(output).toBe(`NOT_FOUND: There is no card ${unknown}. Check the number.`)
    }
    expect(await stateOf(card)).toBe('active')
  })
})

describe('ecard holder deactivate and ecard terminal withdraw', () => {
  it('print the receipt of each application, once', async () => {
    const { holderId } = await signedIn()
    const deactivate = ['holder', 'deactivate', holderId, '--reason', 'nghỉ hưu']
    expect((await run(...deactivate)).output).toContain('Nothing changed')
    const { output } = await whileServing(() => run(...deactivate, '--apply'))
    expect(output.match(/^application-1 .* told in [\d,]+ ms$/gm)).toHaveLength(1)
    expect(output).toMatch(/Sessions ended; 1 applications told in [\d,]+ ms\.$/)
    const again = await whileServing(() => run(...deactivate, '--apply'))
    expect(again.output).toMatch(/There was no session of this holder\.$/)
  })

  it('tell scripts the same', async () => {
    const terminalId = await fixture.registry.addTerminal()
    await signedIn(terminalId)
    const withdraw = ['terminal', 'withdraw', terminalId, '--reason', 'hỏng', '--json']
    expect(JSON.parse((await run(...withdraw)).output)).not.toHaveProperty('applications')
    const { output } = await whileServing(() => run(...withdraw, '--apply'))
    expect(JSON.parse(output)).toMatchObject({
      ...{ applied: true, state: 'withdrawn', sessionsEnded: true },
      applications: [{ clientId: party.clientId, outcome: 'told' }],
    })
  })
})

describe('ecard card show', () => {
  it('shows whose card it is, and who did what to it', async () => {
    const card = await fixture.registry.addCard()
    await whileServing(() => ecard('suspend', card.cardUuid, '--reason', 'báo\nmất', '--apply'))
    const { output } = await ecard('show', card.cardUuid)
    expect(output).toContain(`${card.cardUuid} (civil-servant e-card)`)
    expect(output).toContain(`Nguyễn Văn Mẫu (${card.holderId})`)
    expect(output).toMatch(/^State +suspended since \d\d\/\d\d\/\d{4}$/m)
    expect(output).toMatch(/card\.suspended +succeeded +ecard +báo mất$/m)
  })

  it('shows scripts the same, and keeps to the limit', async () => {
    const card = await fixture.registry.addCard()
    for (const verb of ['suspend', 'reinstate'])
      await whileServing(() => ecard(verb, card.cardUuid, '--reason', 'thử', '--apply'))
    const { output } = await ecard('show', card.cardUuid, '--json', '--limit', '1')
    expect(JSON.parse(output)).toMatchObject({
      ...{ cardUuid: card.cardUuid, state: 'active', unfinishedStep: null },
      certificates: expect.arrayContaining(
        ['9A', '9E'].map((slot) => expect.objectContaining({ slot, status: 'active' }) as unknown),
      ) as unknown,
      holder: { id: card.holderId, name: 'Nguyễn Văn Mẫu' },
      history: [{ event: 'card.reinstated', outcome: 'succeeded', by: 'ecard', reason: 'thử' }],
    })
    const short = await ecard('show', card.cardUuid, '--limit', '1')
    expect(short.output).toContain('There is more')
  })
})
