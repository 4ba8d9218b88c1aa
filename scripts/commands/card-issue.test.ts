import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { VirtualCard } from '../../card-reader/virtual-card/virtual-card.ts'
import { createIssuingFixture, type IssuingFixture } from '../../test/support/issuing-fixture.ts'
import { fixturePassphrase } from '../../test/support/pki-fixture.ts'
import { textOfPdf } from '../../test/support/pdf-text.ts'
import { runProgram } from '../../test/support/program.ts'
import { cardFaultReasons } from '../../src/cards/card-fault.ts'
import { cardEn } from '../words/card-en.ts'
import { cardVi } from '../words/card-vi.ts'

let fixture: IssuingFixture
let folder: string
beforeAll(async () => {
  fixture = await createIssuingFixture()
  folder = await mkdtemp(join(tmpdir(), 'ecard-card-issue-'))
  await writeFile(join(folder, 'passphrase'), fixturePassphrase)
})
afterAll(async () => {
  await fixture.close()
  await rm(folder, { recursive: true, force: true })
})

function ecard(...args: readonly string[]) {
  return runProgram('scripts/ecard.ts', ['card', ...args], {
    DATABASE_URL: fixture.pki.url,
    ECARD_DATA_DIR: fixture.pki.folder,
    ECARD_KEYSTORE_PASSPHRASE_FILE: join(folder, 'passphrase'),
    ECARD_LANG: 'en',
  })
}

describe('ecard card', () => {
  it('issues a card with a PIN slip, reads it, says whose it is, and resets it', async () => {
    const file = join(folder, 'card.json')
    VirtualCard.create({ file })
    const [reader, slip] = [`virtual:${file}`, join(folder, 'slip.pdf')]
    const holder = await fixture.addHolder('citizen')
    const issue = ['issue', '--holder', holder.id, '--kind', 'citizen', '--reader', reader]

    const planned = await ecard(...issue)
    expect(planned, planned.output).toMatchObject({ status: 0 })
    expect(planned.output).toContain('would become a card of Nguyễn Văn Mẫu (card-citizen')
    expect(planned.output).toContain('Nothing changed.')
    expect(VirtualCard.open({ file }).state.objects).toEqual({})

    const pin = ['--pin', 'slip', '--pin-slip', slip]
    const issued = await ecard(...issue, ...pin, '--trace', '--apply')
    expect(issued, issued.output).toMatchObject({ status: 0 })
    expect(issued.output).toMatch(/Card [0-9a-f-]{36} is issued\.\nIt is locked until its holder/)
    expect(issued.output).toMatch(/^GENERATE KEY PAIR +009A +-> +5 +<- +70 +9000/m)
    const text = await textOfPdf(slip)
    expect(text).toContain('Nguyễn Văn Mẫu')
    const digits = /\d(?:\s+\d){5}/.exec(text)?.[0].replace(/\s/g, '') ?? 'none'
    expect((await stat(slip)).mode & 0o777).toBe(0o600)
    const onCard = VirtualCard.open({ file }).state.pin.value
    expect(onCard).toBe(Buffer.from(digits).toString('hex') + 'ffff')
    expect(issued.output).not.toContain(digits)

    const read = await ecard('read', '--reader', reader)
    expect(read, read.output).toMatchObject({ status: 0 })
    expect(read.output).toContain('The card is what the registry says.')
    const whose = await ecard('whose', '--reader', reader, '--json')
    expect(JSON.parse(whose.output)).toMatchObject({ state: 'issued', holder: { id: holder.id } })

    const again = await ecard(...issue, '--apply')
    expect(again.status).toBe(1)
    expect(again.output).toMatch(/^CARD_FAULT: This is card .* issued already\. Revoke or reset/m)

    const reset = ['reset', '--reader', reader, '--reason', 'returned']
    expect((await ecard(...reset)).output).toContain('would be revoked and made blank')
    expect((await ecard(...reset, '--apply')).output).toContain('was revoked and is blank')
    expect(VirtualCard.open({ file }).state).toMatchObject({ keys: {}, objects: {} })
  }, 120_000)

  it('takes no option that it does not know', async () => {
    expect((await ecard('issue', '--kind', 'loyalty')).status).toBe(2)
  })

  it('has a sentence for each fault in both languages', () => {
    for (const reason of cardFaultReasons) {
      const [vi, en] = [cardVi.faults[reason]({}), cardEn.faults[reason]({})]
      expect(vi).not.toBe(en)
      for (const sentence of [vi, en]) expect(sentence).toMatch(/^\p{Lu}.*\.$/u)
    }
  })
})
