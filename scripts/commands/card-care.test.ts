/** The commands of every day on a card, in this process, as an administrator types them. */
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { VirtualCard } from '../../card-reader/virtual-card/virtual-card.ts'
import { findPukStanding } from '../../src/cards/puk-store.ts'
import { createFakePinDesk, type FakePinDesk } from '../../test/support/fake-pin-desk.ts'
import { createIssuingFixture, type IssuingFixture } from '../../test/support/issuing-fixture.ts'
import { fixturePassphrase } from '../../test/support/pki-fixture.ts'
import { cardCareEn } from '../words/card-care-en.ts'
import { cardCareVi } from '../words/card-care-vi.ts'
import { dayOf, untilOf } from './card-dates.ts'
import { cardCommand } from './card.ts'

let fixture: IssuingFixture
let folder: string
let pinDesk: FakePinDesk
beforeAll(async () => {
  fixture = await createIssuingFixture()
  // The commands go by the machine's clock.
  fixture.pki.now = new Date()
  folder = await mkdtemp(join(tmpdir(), 'ecard-card-care-'))
  await writeFile(join(folder, 'passphrase'), fixturePassphrase)
  pinDesk = await createFakePinDesk(folder)
  for (const [name, value] of Object.entries({
    DATABASE_URL: fixture.pki.url,
    ECARD_DATA_DIR: fixture.pki.folder,
    ECARD_KEYSTORE_PASSPHRASE_FILE: join(folder, 'passphrase'),
    ECARD_LANG: 'en',
    ...pinDesk.environment,
  })) {
    vi.stubEnv(name, value)
  }
})
afterEach(() => {
  vi.restoreAllMocks()
})
afterAll(async () => {
  vi.unstubAllEnvs()
  await fixture.close()
  await rm(folder, { recursive: true, force: true })
})

/** What the command printed on standard output. */
async function ecard(...args: readonly string[]): Promise<string> {
  const lines: string[] = []
  vi.spyOn(console, 'log').mockImplementation((line: string) => void lines.push(line))
  vi.spyOn(console, 'error').mockImplementation(() => undefined)
  await cardCommand().parseAsync(args, { from: 'user' })
  return lines.join('\n')
}

/** An issued card in a file, as a reader of this process has it. */
async function issued(name: string) {
  const file = join(folder, `${name}.json`)
  const request = await fixture.request('citizen', { active: true })
  const { cardUuid } = (await fixture.issue(VirtualCard.create({ file }), request)).card
  const state = () => VirtualCard.open({ file }).state
  return { cardUuid, state, reader: ['--reader', `virtual:${file}`] as const }
}

/** What the holder types into one dialog after the other. */
async function typing(pins: readonly string[]): Promise<void> {
  for (const pin of pins) {
    await pinDesk.type(pin)
    await vi.waitUntil(() => gone(join(folder, 'typed')), { timeout: 30_000 })
  }
}

const gone = (path: string) =>
  stat(path).then(
    () => false,
    () => true,
  )

describe('ecard card', () => {
  it('shows a PUK once, marks the card, and says so until unblocking has replaced it', async () => {
    const { cardUuid, state, reader } = await issued('puk')
    const before = state().puk.value
    const readOut = ['read-out-puk', cardUuid, '--reason', 'no agent'] as const
    expect(await ecard(...readOut)).toMatch(/would be shown once[^]*Nothing changed/)
    const told = await ecard(...readOut, '--apply')
    expect(told).toContain(`PUK  ${Buffer.from(before, 'hex').toString('latin1')}\n`)
    expect(await ecard('whose', ...reader)).toMatch(/PUK was read out on[^]*Please return it/)
    expect(await ecard('list', '--state', 'active')).toContain('PUK read out')
    const unblock = ['unblock', ...reader, '--reason', 'forgotten'] as const
    expect(await ecard(...unblock)).toMatch(/a PIN that its holder chooses[^]*Nothing changed/)
    expect(state().puk.value).toBe(before)
    const [done] = await Promise.all([ecard(...unblock, '--apply'), typing(['729405', '729405'])])
    expect(done).toBe(`Card ${cardUuid} is unblocked. Its PUK has been replaced.`)
    expect(state().pin.value).toBe(`${Buffer.from('729405').toString('hex')}ffff`)
    expect(state().puk.value).not.toBe(before)
    expect(await findPukStanding(fixture.pki.db, cardUuid)).toMatchObject({ readOutAt: null })
    expect(await ecard('whose', ...reader)).not.toContain('PUK was read out')
  })

  it('renews in place, and lets the holder change the PIN', async () => {
    const { cardUuid, state, reader } = await issued('renewed')
    await expect(ecard('renew', ...reader)).rejects.toThrow(/are good until .* add --early/)
    const renew = ['renew', ...reader, '--early'] as const
    expect(await ecard(...renew)).toMatch(/would be renewed until[^]*Nothing changed/)
    const keys = JSON.stringify(state().keys)
    const [done] = await Promise.all([ecard(...renew, '--apply', '--json'), typing(['204867'])])
    expect(JSON.parse(done)).toMatchObject({ applied: true, cardUuid, resumed: false })
    expect(JSON.stringify(state().keys)).not.toBe(keys)
    const pins = ['204867', '905172', '905172']
    await Promise.all([ecard('change-pin', ...reader), typing(pins)])
    expect(state().pin.value).toBe(`${Buffer.from('905172').toString('hex')}ffff`)
  })

  it('replaces a lost card; what is unfinished is on the list and can be given up', async () => {
    const { cardUuid } = await issued('lost')
    const file = join(folder, 'blank.json')
    VirtualCard.create({ file })
    const reader = ['--reader', `virtual:${file}`] as const
    const replace = ['replace', cardUuid, '--cause', 'lost', ...reader] as const
    expect(await ecard(...replace)).toMatch(/would be revoked at once[^]*would become a card of/)
    expect(await ecard('list', '--state', 'revoked')).toBe('There is no such card.')
    // Without a slip's file the new one fails; the old one has ended only once it was begun.
    const slip = ['--pin', 'slip', '--pin-slip', join(folder, 'slip.pdf')]
    const done = await ecard(...replace, ...slip, '--until', '8h', '--apply')
    const told = 'No service has answered\\. .*'
    expect(done).toMatch(
      new RegExp(`^Card ${cardUuid} is revoked\\.\n${told}\nCard [0-9a-f-]+ is issued`),
    )
    await expect(ecard(...replace, '--apply')).rejects.toThrow(/has been replaced already/)
    expect(await ecard('list', '--state', 'issued')).toContain('temporary')
    expect(await ecard('issuances')).toBe('Nothing is unfinished.')

    const half = VirtualCard.create()
    half.faults.pullAwayAtExchange(30)
    await expect(fixture.issue(half, await fixture.request('citizen'))).rejects.toThrow()
    const [unfinished] = JSON.parse(await ecard('issuances', '--json')) as { cardUuid: string }[]
    const given = ['abandon', unfinished?.cardUuid ?? '', '--reason', 'thrown away'] as const
    expect(await ecard(...given)).toContain('would be given up')
    expect(await ecard(...given, '--apply')).toContain('is given up')
    expect(await ecard('issuances')).toBe('Nothing is unfinished.')
  })
})

describe('what people type as a time', () => {
  const now = new Date('2026-11-22T03:00:00Z')
  it.each([
    ['8h', '2026-11-22T11:00:00.000Z'],
    ['3d', '2026-11-25T03:00:00.000Z'],
    ['2026-12-31', '2026-12-31T16:59:59.000Z'],
  ])('takes %s for the end of a temporary card', (given, end) => {
    expect(untilOf(given, now).toISOString()).toBe(end)
  })

  it.each(['8', '0h', '2026-02-30', 'tomorrow', '2026-11-21'])('refuses %s', (given) => {
    expect(() => untilOf(given, now)).toThrow(expect.objectContaining({ code: 'INPUT_INVALID' }))
  })

  it('takes a day from its first moment on', () => {
    expect(dayOf('2027-01-31').toISOString()).toBe('2027-01-30T17:00:00.000Z')
    expect(() => dayOf('2027-1-31')).toThrow(expect.objectContaining({ code: 'INPUT_INVALID' }))
  })
})

describe('the words about cards', () => {
  it('say the same in both languages, in other words', () => {
    for (const part of ['summaries', 'options', 'advice'] as const) {
      for (const [key, text] of Object.entries(cardCareEn[part])) {
        const other = (cardCareVi[part] as Readonly<Record<string, string>>)[key] ?? ''
        expect(other).not.toBe('')
        expect(other).not.toBe(text)
      }
    }
  })
})
