import { existsSync } from 'node:fs'
import { mkdir, open, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Command } from 'commander'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createBatchFixture, type BatchFixture } from '../../test/support/batch-fixture.ts'
import { fixturePassphrase } from '../../test/support/pki-fixture.ts'
import { textOfPdf } from '../../test/support/pdf-text.ts'
import { batchRefusalReasons } from '../../src/batches/batch-refused.ts'
import { readBatchFile } from '../../src/batches/batch-file.ts'
import { requestFaultReasons } from '../../src/batches/row-faults.ts'
import { AppError } from '../../src/errors.ts'
import { batchEn } from '../words/batch-en.ts'
import { batchVi } from '../words/batch-vi.ts'
import { batchCommand } from './batch.ts'
import { printCommand } from './print.ts'

let fixture: BatchFixture
let folder: string
beforeAll(async () => {
  fixture = await createBatchFixture()
  folder = join(fixture.issuing.pki.folder, 'files')
  await mkdir(folder)
  await writeFile(join(folder, 'passphrase'), fixturePassphrase)
  const environment = {
    ...{ DATABASE_URL: fixture.issuing.pki.url, ECARD_DATA_DIR: fixture.issuing.pki.folder },
    ...{ ECARD_KEYSTORE_PASSPHRASE_FILE: join(folder, 'passphrase'), ECARD_LANG: 'en' },
    ECARD_OPERATOR_VI: 'Ủy ban nhân dân tỉnh Minh Họa',
  }
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value)
})
afterAll(async () => {
  vi.unstubAllEnvs()
  await fixture.close()
})

interface Said {
  readonly status: number
  readonly output: string
}

/** The command with what it prints, in this process. */
async function ecard(...args: string[]): Promise<Said> {
  const lines: string[] = []
  const say = (text: unknown): void => void lines.push(String(text))
  const spies = [
    vi.spyOn(console, 'log').mockImplementation(say),
    vi.spyOn(console, 'error').mockImplementation(say),
  ]
  const program = new Command('ecard').addCommand(batchCommand()).addCommand(printCommand())
  try {
    await program.parseAsync(args, { from: 'user' })
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    say(`${error.code}: ${error.message}`)
    process.exitCode = 1
  }
  for (const spy of spies) spy.mockRestore()
  const status = Number(process.exitCode ?? 0)
  process.exitCode = 0
  return { status, output: lines.join('\n') }
}

/** A list in CSV with the mark that Excel writes. */
async function list(name: string, rows: readonly string[]): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, `\uFEFFSố CCCD;Loại thẻ;Ảnh\r\n${rows.join('\r\n')}\r\n`)
  return path
}

async function newNumber(): Promise<string> {
  const [row] = await fixture.rows(1)
  return row?.texts.nationalNumber ?? ''
}

describe('ecard batch', () => {
  it('goes from a list to cards, a report and faces', async () => {
    const path = await list('cards.csv', [
      `${await newNumber()};Công dân;`,
      `${await newNumber()};citizen;`,
    ])
    const out = join(folder, 'batch.json')
    const checked = await ecard('batch', 'prepare', path)
    expect(checked, checked.output).toMatchObject({ status: 0 })
    expect(checked.output).toContain('2 cards to make, 0 rows refused\nNothing was written.')
    expect((await ecard('batch', 'prepare', path, '--out', out)).status).toBe(0)
    const { id } = readBatchFile(await readFile(out, 'utf8')).content

    const unsigned = await ecard('batch', 'load', out, '--apply')
    expect(unsigned.output).toBe('BATCH_REFUSED: The preparer has not signed yet: ecard batch sign')
    const before = await readFile(out)
    const toSign = await ecard('batch', 'sign', out, '--reader', 'virtual:none')
    expect(toSign.output).toMatch(/2 cards, prepared .*\n {2}not signed yet\nYour card would sign/)
    expect(await readFile(out)).toEqual(before)
    const officer = await fixture.addOfficer()
    await writeFile(out, await fixture.sign(await readFile(out, 'utf8'), officer))
    const planned = await ecard('batch', 'load', out)
    expect(planned.output).toContain('2 requests would go into the queue.\nNothing changed.')
    expect((await ecard('batch', 'load', out, '--apply')).status).toBe(0)
    expect(await ecard('batch', 'load', out, '--apply')).toMatchObject({
      status: 1,
      output: expect.stringContaining('is in the queue already') as string,
    })

    const [desk, slips] = [join(folder, 'desk'), join(folder, 'slips')]
    const run = ['batch', 'run', id, '--reader', `virtual:${desk}`, '--pin-slips', slips]
    expect((await ecard(...run)).output).toContain('2 cards would be made')
    const made = await ecard(...run, '--apply')
    expect(made, made.output).toMatchObject({ status: 0 })
    expect(made.output).toContain('Insert the next blank card: no. 1, Nguyễn Văn Mẫu')
    expect(made.output).toContain('2 issued, 0 failed, 0 waiting')
    expect(existsSync(join(slips, `${id.slice(0, 8)}-0002.pdf`))).toBe(true)

    const report = join(folder, 'report.csv')
    expect((await ecard('batch', 'report', id, '--out', report)).status).toBe(0)
    const lines = (await readFile(report, 'utf8')).split('\r\n')
    expect(lines[0]).toBe('\uFEFFNo.,Holder,Number,Kind,State,Card,Reason,Desk,Attempts,Ended')
    expect(lines[1]).toMatch(
      /^1,Nguyễn Văn Mẫu,'?\d{12},Citizen e-card,issued,[0-9a-f-]{36},,virtual:.*,1,20/,
    )
    expect(lines).toHaveLength(4)

    const faces = join(folder, 'faces.pdf')
    expect((await ecard('batch', 'print', id, '--out', faces)).status).toBe(0)
    const text = await textOfPdf(faces)
    expect(text.split('THẺ ĐIỆN TỬ CÔNG DÂN')).toHaveLength(3)
    expect(text).toContain('ỦY BAN NHÂN DÂN TỈNH MINH HỌA')
    expect((await ecard('batch', 'show', id)).output).toMatch(/^2 +Nguyễn Văn Mẫu .*issued/m)
    expect((await ecard('batch', 'list')).output).toContain(id)
  })

  it('refuses rows with their line and reason, a photograph of 40 MB among them', async () => {
    const large = await open(join(folder, 'large.jpg'), 'w')
    await large.truncate(40 * 1024 * 1024)
    await large.close()
    const path = await list('refused.csv', [
      `${await newNumber()};citizen;large.jpg`,
      `${await newNumber()};citizen;../passphrase`,
      `000999999999;citizen;`,
      `${await newNumber()};citizen;`,
    ])
    const out = join(folder, 'refused.json')
    const refused = await ecard('batch', 'prepare', path, '--out', out)
    expect(refused.status).toBe(1)
    expect(refused.output).toMatch(/^Line 2 .*PHOTO_TOO_LARGE: large\.jpg is larger than 5 MB$/m)
    expect(refused.output).toMatch(/^Line 3 .*there is no photograph \.\.\/passphrase$/m)
    expect(refused.output).toMatch(/^Line 4 .*nobody has the number 000999999999/m)
    expect(existsSync(out)).toBe(false)
    const skipped = await ecard('batch', 'prepare', path, '--out', out, '--skip-refused', '--json')
    expect(JSON.parse(skipped.output)).toMatchObject({ written: true, good: 1 })
  })

  it('says what is missing: the batch, the reader, the folder for slips', async () => {
    const unknown = ['6f1c2a34-0d5e-4f60-9b7a-2c3d4e5f6071', '--reader', 'virtual:none']
    expect((await ecard('batch', 'run', ...unknown)).output).toMatch(
      /^NOT_FOUND: There is no batch/,
    )
    const id = await fixture.queue(1)
    expect((await ecard('batch', 'run', id)).output).toMatch(/^INPUT_INVALID: Name at least one/)
    expect((await ecard('batch', 'run', id, '--reader', 'virtual:none')).output).toMatch(
      /^INPUT_INVALID: The batch has PIN slips/,
    )
    const cancel = ['batch', 'cancel', id, '--reason', 'wrong list']
    expect((await ecard(...cancel)).output).toBe(
      '1 requests would leave the queue.\nNothing changed. Add --apply to do it.',
    )
    expect((await ecard(...cancel, '--apply')).output).toContain('1 requests have left the queue.')
    expect((await ecard('batch', 'retry', id, '--apply')).output).toContain('was cancelled')
  })

  it('has a sentence for each reason in both languages', () => {
    for (const reason of batchRefusalReasons) {
      const [inVi, inEn] = [batchVi.refusals[reason]({}), batchEn.refusals[reason]({})]
      expect(inVi).not.toBe(inEn)
      for (const sentence of [inVi, inEn]) expect(sentence).toMatch(/^[\p{Lu}?].*$/u)
    }
    for (const reason of requestFaultReasons)
      expect(batchVi.rowFaults[reason]('x')).not.toBe(batchEn.rowFaults[reason]('x'))
  })
})
