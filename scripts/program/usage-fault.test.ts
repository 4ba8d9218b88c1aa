import { Command, InvalidArgumentError, Option } from 'commander'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { speakLanguage } from './speak-language.ts'

afterEach(() => vi.unstubAllEnvs())

/** What wrong usage prints, and that it ends as wrong usage does. */
async function said(...args: string[]): Promise<string> {
  let text = ''
  const toNumber = (value: string): string => {
    if (/^(x|\d)$/.test(value)) return value
    throw new InvalidArgumentError('A number from 1 to 9.')
  }
  const issue = new Command('issue')
    .argument('<card>', 'which', toNumber)
    .option('--limit <n>', 'how many', toNumber)
    .addOption(new Option('--kind <kind>', 'which').choices(['citizen', 'enterprise']))
    .addOption(new Option('--json', 'so').conflicts('limit'))
    .requiredOption('--reason <text>', 'why')
    .action(() => undefined)
  const program = new Command('ecard').addCommand(issue)
  for (const command of [program, issue]) command.exitOverride()
  speakLanguage(program)
  for (const command of [program, issue])
    command.configureOutput({ writeErr: (part) => void (text += part) })
  await expect(program.parseAsync(args, { from: 'user' })).rejects.toMatchObject({ exitCode: 1 })
  return text.trimEnd()
}

const faults = [
  [['issue', '--reason', 'x'], 'Thiếu tham số <card>.', 'Missing argument: <card>.'],
  [
    ['issue', 'x', '--reason'],
    '--reason <text> cần một giá trị.',
    '--reason <text> needs a value.',
  ],
  [
    ['issue', 'x'],
    'Thiếu tùy chọn bắt buộc --reason <text>.',
    'Required option missing: --reason <text>.',
  ],
  [
    ['issue', 'x', '--limit', 'y'],
    '“y” không hợp lệ cho --limit <n>. A number',
    '“y” does not fit --limit <n>. A number',
  ],
  [
    ['issue', 'bad', '--reason', 'x'],
    '“bad” không hợp lệ cho <card>.',
    '“bad” does not fit <card>.',
  ],
  [
    ['issue', 'x', '--kind', 'y'],
    'Chọn một trong: citizen, enterprise.',
    'It is one of: citizen, enterprise.',
  ],
  [
    ['issue', 'x', '--reason', 'z', '--reasn', 'y'],
    'Không có tùy chọn --reasn. Có phải ý bạn là --reason?',
    'There is no option --reasn. Did you mean --reason?',
  ],
  [
    ['issue', 'x', '--reason', 'z', '--limit', '3', '--json'],
    'Không dùng --json cùng với --limit <n>.',
    '--json cannot be used with --limit <n>.',
  ],
  [['isue'], 'Không có lệnh isue. Có phải ý bạn là issue?', 'There is no command isue.'],
  [['issue', 'x', 'y', '--reason', 'z'], 'Quá nhiều tham số: 2 thay vì 1.', 'Too many arguments'],
] as const

describe('wrong usage', () => {
  it.each(faults)('is told in both languages: %j', async (args, vietnamese, english) => {
    vi.stubEnv('ECARD_LANG', 'vi')
    const inVietnamese = await said(...args)
    expect(inVietnamese).toContain(vietnamese)
    expect(inVietnamese).toMatch(/\nXem: ecard( issue)? --help$/)
    vi.stubEnv('ECARD_LANG', 'en')
    const inEnglish = await said(...args)
    expect(inEnglish).toContain(english)
    expect(inEnglish).not.toMatch(/^error:/)
  })
})
