import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command } from 'commander'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { migratedTestDatabase } from '../../test/support/migrated-database.ts'
import { inventedList, toCsv } from '../../test/support/people-lists.ts'
import { runProgram, startProgram } from '../../test/support/program.ts'
import { insertAgency, insertCard } from '../../test/support/registry.ts'
import { textWorkbook } from '../../test/support/workbook.ts'
import { createAuditStore } from '../../src/audit/audit-store.ts'
import type { Database } from '../../src/db/pool.ts'
import { AppError } from '../../src/errors.ts'
import { findWithPosts } from '../../src/holders/holder-list-store.ts'
import { agencyCommand } from '../commands/agency.ts'
import { holderCommand } from '../commands/holder.ts'

const program = 'scripts/ecard.ts'
const agencies = [
  ['Mã đơn vị', 'Tên đơn vị', 'Loại đơn vị', 'Đơn vị cấp trên'],
  ['MH-VP', 'Văn phòng Ủy ban nhân dân tỉnh Minh Họa', 'Văn phòng', 'MH'],
  ['MH', 'Tỉnh Minh Họa', 'Tỉnh', ''],
  ['MH-SNV', 'Sở Nội vụ', 'Sở', 'MH'],
]
const people = [
  ['Họ và tên', 'Số CCCD', 'Thư điện tử', 'Mã đơn vị', 'Chức vụ', 'Mã số thuế', 'Tên tổ chức'],
  [
    'Nguyễn Văn Mẫu',
    '000085000101',
    'nguyenvanmau@minhhoa.example',
    'MH-VP',
    'Chuyên viên',
    '',
    '',
  ],
  ['Trần Thị Ví Dụ', '000190000102', 'tranthividu@thu.example', '', '', '', ''],
  ['', '', '', '', '', '0000000201', 'Công ty TNHH Ví Dụ'],
  ['Lê Minh Họa', '000078000103', '', '', '', '0000000201', ''],
]

let database: Awaited<ReturnType<typeof migratedTestDatabase>>
let db: Database
let folder: string
let environment: NodeJS.ProcessEnv

beforeAll(async () => {
  database = await migratedTestDatabase()
  db = database.db
  folder = await mkdtemp(join(tmpdir(), 'ecard-people-'))
  const url = { DATABASE_URL: database.url, ECARD_ISSUER: 'http://localhost:1' }
  environment = { ...url, ECARD_DATA_DIR: folder, LANG: 'vi_VN.UTF-8' }
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value)
  vi.stubEnv('LC_ALL', undefined)
})
afterAll(async () => {
  vi.unstubAllEnvs()
  await rm(folder, { recursive: true, force: true })
  await database.drop()
})

interface Said {
  readonly status: number
  readonly output: string
}

/** The commands with what they print, in this process: starting one takes seconds. */
async function ecard(...args: string[]): Promise<Said> {
  const lines: string[] = []
  const say = (text: unknown): void => void lines.push(String(text))
  const spies = [
    vi.spyOn(console, 'log').mockImplementation(say),
    vi.spyOn(console, 'error').mockImplementation(say),
  ]
  const program = new Command('ecard').addCommand(agencyCommand()).addCommand(holderCommand())
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
  return { status, output: lines.map((line) => `${line}\n`).join('') }
}

async function save(name: string, content: string | Buffer): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, content)
  return path
}

describe('ecard agency', () => {
  it('imports offices after a dry run, lists them as a tree, and exports what imports unchanged', async () => {
    const file = await save('don-vi.csv', toCsv(agencies, ';'))
    const dryRun = await ecard('agency', 'import', file)
    expect(dryRun).toEqual({
      status: 0,
      output: [
        '3 mới, 0 thay đổi, 0 không đổi, 0 bị từ chối',
        'Dòng 2      mới         MH-VP  Văn phòng Ủy ban nhân dân tỉnh Minh Họa',
        'Dòng 3      mới         MH  Tỉnh Minh Họa',
        'Dòng 4      mới         MH-SNV  Sở Nội vụ',
        'Chưa có gì thay đổi. Thêm --apply để thực hiện.',
        '',
      ].join('\n'),
    })
    expect((await ecard('agency', 'list')).output).toBe('')
    const applied = await ecard('agency', 'import', file, '--apply')
    expect(applied.output).toMatch(/^3 mới, .*\n(Dòng .*\n){3}Đã thực hiện\.\n$/)
    expect((await ecard('agency', 'list')).output).toBe(
      [
        'MH  Tỉnh Minh Họa  (Tỉnh)',
        '  MH-SNV  Sở Nội vụ  (Sở, ban, ngành)',
        '  MH-VP  Văn phòng Ủy ban nhân dân tỉnh Minh Họa  (Đơn vị)',
        '',
      ].join('\n'),
    )
    const out = join(folder, 'don-vi-ra.xlsx')
    expect((await ecard('agency', 'export', '--out', out)).status).toBe(0)
    const again = await ecard('agency', 'import', out)
    expect(again.output).toBe(
      '0 mới, 0 thay đổi, 3 không đổi, 0 bị từ chối\nKhông có gì cần làm.\n',
    )
  })

  it('names what is wrong with a list, and changes nothing', async () => {
    const wrong = [...agencies.slice(0, 1), ['MH-X', 'Sở X', 'Sở', 'MH-Y'], agencies[1] ?? []]
    const file = await save('sai.csv', toCsv(wrong))
    const lines = [
      'Dòng 2      bị từ chối  MH-X  Sở X  đơn vị cấp trên: không có đơn vị MH-Y',
      'IMPORT_REFUSED: Có 1 dòng không nhập được nên chưa dòng nào được nhập.',
    ]
    const applied = await ecard('agency', 'import', file, '--apply')
    expect(applied.status).toBe(1)
    for (const line of lines) expect(applied.output).toContain(line)
    expect((await ecard('agency', 'import', file)).status).toBe(1)
  })
})

describe('ecard holder', () => {
  it('imports people from Excel, with JSON for scripts and a report of every row', async () => {
    const rows = [...people, ['Ai Đó', '12', '', 'MH-X', '', '', '']]
    const file = await save('nguoi.xlsx', await textWorkbook(rows))
    const report = join(folder, 'ket-qua.csv')
    const options = ['--skip-refused', '--json', '--report', report, '--apply']
    const { status, output } = await ecard('holder', 'import', file, ...options)
    expect(status).toBe(0)
    expect(JSON.parse(output)).toMatchObject({
      applied: true,
      counts: { new: 4, changed: 0, unchanged: 0, refused: 1 },
      unknownColumns: [],
      rows: [{ line: 2 }, { line: 3 }, { line: 4 }, { line: 5 }, { line: 6, outcome: 'refused' }],
    })
    const text = await readFile(report, 'utf8')
    expect(text.startsWith('\uFEFFDòng,Kết quả,')).toBe(true)
    expect(text).toContain('6,bị từ chối,,Ai Đó,')
    expect((await stat(report)).mode & 0o777).toBe(0o600)
    expect((await ecard('holder', 'import', file, '--report', report)).output).toContain(
      'PEOPLE_FILE_REFUSED: Tệp',
    )
  })

  it('lists, finds and shows them in the language that is asked for', async () => {
    expect((await ecard('holder', 'list', '--agency', 'MH')).output).toBe(
      '000085000101    Nguyễn Văn Mẫu  MH-VP (Chuyên viên)\n',
    )
    vi.stubEnv('LANG', 'en_GB.UTF-8')
    const shown = await ecard('holder', 'show', '0000000201')
    vi.stubEnv('LANG', 'vi_VN.UTF-8')
    expect(shown.output).toMatch(
      /^0000000201 {6}Công ty TNHH Ví Dụ\nOrganisation {2}\S{36} {2}active\n$/,
    )
    const nobody = await ecard('holder', 'show', '000000000000')
    expect(nobody.status).toBe(1)
    expect(nobody.output).toContain('NOT_FOUND: Không có chủ thẻ 000000000000')
    const listed = await ecard('holder', 'list', '--search', 'ví dụ', '--json', '--limit', '1')
    expect(JSON.parse(listed.output)).toMatchObject({
      holder: { displayName: 'Công ty TNHH Ví Dụ' },
    })
  })

  it.each(['csv', 'xlsx'])(
    'exports as %s what imports unchanged, whatever cells begin with',
    async (kind) => {
      await db.query(`update holders set display_name = $1 where national_number = $2`, [
        "=cmd|'/c calc'!A1",
        '000190000102',
      ])
      await db.query(`update affiliations set position = '-' where position <> ''`)
      const out = join(folder, `ra.${kind}`)
      expect((await ecard('holder', 'export', '--out', out)).output).toContain('Đã ghi 4 dòng')
      if (kind === 'csv') expect(await readFile(out, 'utf8')).toContain(`,'=cmd|'/c calc'!A1,`)
      const again = await ecard('holder', 'import', out, '--apply')
      expect(again.output).toBe(
        '0 mới, 0 thay đổi, 4 không đổi, 0 bị từ chối\nKhông có gì cần làm.\n',
      )
      const [event] = await createAuditStore(db).listRecent({ event: 'holder.exported' })
      expect(event).toMatchObject({ actor: 'ecard', outcome: 'succeeded', facts: { count: 4 } })
    },
  )

  it('moves a person, and lets a leaver’s cards and the holder end in one act', async () => {
    const number = '000085000101'
    const reason = ['--reason', 'QĐ 12/2026']
    const moving = [
      'holder',
      'move',
      number,
      '--to',
      'MH-SNV',
      '--position',
      'Phó phòng',
      ...reason,
    ]
    const planned = await ecard(...moving)
    expect(planned.output).toContain('MH-VP (-) -> MH-SNV (Phó phòng)')
    expect((await findWithPosts(db, number))?.agencies).toMatchObject([{ code: 'MH-VP' }])
    await ecard(...moving, '--apply')
    expect((await findWithPosts(db, number))?.agencies).toMatchObject([{ code: 'MH-SNV' }])

    const holderId = (await findWithPosts(db, number))?.holder.id ?? ''
    const { cardUuid } = await insertCard(db, { holderId })
    const leaving = ['holder', 'deactivate', number, '--cards', 'revoke', ...reason]
    expect((await ecard(...leaving)).output).toContain('Chưa có gì thay đổi.')
    const left = await ecard(...leaving, '--apply')
    expect(left.output).toContain(`Thẻ ${cardUuid} (civil-servant): đang dùng -> đã thu hồi`)
    expect(left.output).toContain('Chưa có dịch vụ nào trả lời. Chủ thẻ không đăng nhập được nữa')
    const shown = await ecard('holder', 'show', number)
    expect(shown.output).toContain('đã nghỉ')
    expect(shown.output).toContain('đã thu hồi')
    await ecard('holder', 'reactivate', number, ...reason, '--apply')
    expect((await findWithPosts(db, number))?.holder.state).toBe('active')
  })

  it('says in a sentence why a file is refused', async () => {
    const utf16 = await save('utf16.csv', Buffer.from(`\uFEFF${toCsv(people)}`, 'utf16le'))
    expect(await ecard('holder', 'import', utf16)).toEqual({
      status: 1,
      output:
        'PEOPLE_FILE_REFUSED: Tệp dùng mã UTF-16 (“Unicode Text”). Hãy lưu lại dạng “CSV UTF-8”.\n',
    })
  })
})

describe('an import that is killed half-way', () => {
  it(
    'leaves whole batches, and the same file again brings the rest',
    { timeout: 120_000 },
    async () => {
      const { code } = await insertAgency(db, { parentId: await rootId() })
      const count = 3_000
      const file = await save('nhieu.csv', toCsv(inventedList(count, code)))
      const killed = startProgram(program, ['holder', 'import', file, '--apply'], environment)
      while ((await imported()) === 0) await pause()
      expect(await killed.stop('SIGKILL')).toBeNull()
      const before = await imported()
      expect(before).toBeGreaterThan(0)
      expect(before).toBeLessThan(count)
      expect(before % 200).toBe(0)
      expect(await eventsOf()).toBe(before)

      const again = ['holder', 'import', file, '--json', '--apply']
      const { output, status } = await runProgram(program, again, environment)
      expect(status).toBe(0)
      const counts = { new: count - before, changed: 0, unchanged: before, refused: 0 }
      expect(JSON.parse(output)).toMatchObject({ counts })
      expect(await imported()).toBe(count)
      expect(await eventsOf()).toBe(count)
    },
  )

  async function rootId(): Promise<string> {
    const { rows } = await db.query<{ id: string }>(`select id from agencies where code = 'MH'`)
    return rows[0]?.id ?? ''
  }

  async function imported(): Promise<number> {
    const { rows } = await db.query<{ count: string }>(
      `select count(*) from holders where national_number like '0001%' and email like 'nguoi%'`,
    )
    return Number(rows[0]?.count)
  }

  async function eventsOf(): Promise<number> {
    const { rows } = await db.query<{ count: string }>(
      `select count(*) from audit_events e join holders h on h.id = e.holder_id
       where e.event = 'holder.added' and h.email like 'nguoi%'`,
    )
    return Number(rows[0]?.count)
  }

  function pause(): Promise<void> {
    return new Promise((resume) => setTimeout(resume, 5))
  }
})
