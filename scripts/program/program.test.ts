import type { Command, Option } from 'commander'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { nounNames } from '../words/ecard-words.ts'
import { buildProgram } from './program.ts'
import { pathOf } from './speak-language.ts'

afterEach(() => vi.unstubAllEnvs())

async function programIn(language: 'vi' | 'en'): Promise<Command> {
  vi.stubEnv('ECARD_LANG', language)
  return buildProgram(() => true)
}

function leavesOf(command: Command): Command[] {
  return command.commands.length === 0 ? [command] : command.commands.flatMap(leavesOf)
}

function helpOf(command: Command): string {
  let text = ''
  command.configureOutput({ writeOut: (part) => void (text += part) })
  command.outputHelp()
  return text
}

const has = (command: Command, flag: string): boolean =>
  command.options.some(({ long }) => long === flag)

/** One writes JSON lines anyway, the other a shell's own language. */
const withoutJson = ['ecard audit export', 'ecard complete']

/**
 * Verbs that change nothing in the registry: they show, write a new file, keep something on this
 * machine, or have the holder's own PIN for a yes.
 */
const withoutApply = new Set([
  ...['list', 'show', 'find', 'expiring', 'read', 'whose', 'issuances', 'verify', 'doctor'],
  ...['export', 'backup', 'report', 'print', 'face', 'prepare', 'complete'],
  ...['login', 'logout', 'whoami'],
  ...['change-pin', 'activate'],
])

describe.each(['vi', 'en'] as const)('every command, in %s', (language) => {
  it('says what it does, with an example of it', async () => {
    const leaves = leavesOf(await programIn(language))
    expect(leaves.length).toBeGreaterThan(40)
    const example = language === 'vi' ? /^Ví dụ:$/m : /^Examples?:$/m
    const mute = leaves.filter((leaf) => {
      const help = helpOf(leaf)
      return leaf.description() === '' || !example.test(help) || !help.includes(`  ${pathOf(leaf)}`)
    })
    expect(mute.map(pathOf)).toEqual([])
  })

  it('speaks to programs with --json, and changes nothing without --apply', async () => {
    const leaves = leavesOf(await programIn(language))
    const withJson = leaves.filter((leaf) => !withoutJson.includes(pathOf(leaf)))
    expect(withJson.filter((leaf) => !has(leaf, '--json')).map(pathOf)).toEqual([])
    const changes = leaves.filter((leaf) => !withoutApply.has(leaf.name()))
    expect(changes.length).toBeGreaterThan(20)
    expect(changes.filter((leaf) => !has(leaf, '--apply')).map(pathOf)).toEqual([])
  })

  it('describes each option and argument', async () => {
    const leaves = leavesOf(await programIn(language))
    const mute = leaves.flatMap((leaf) => {
      const described: readonly Pick<Option, 'description'>[] = [
        ...leaf.options,
        ...leaf.registeredArguments,
      ]
      return described.every(({ description }) => description !== '') ? [] : [pathOf(leaf)]
    })
    expect(mute).toEqual([])
  })
})

describe('the help in Vietnamese', () => {
  it('has no sentence of the English one', async () => {
    const english = await textsIn('en')
    const vietnamese = await textsIn('vi')
    expect(vietnamese.size).toBe(english.size)
    const same = [...vietnamese].filter(([path, text]) => text === english.get(path))
    expect(same.map(([path, text]) => `${path}: ${text}`)).toEqual([])
  })

  it('has the words of the library too', async () => {
    const program = await programIn('vi')
    const help = helpOf(program)
    for (const word of ['Cách dùng:', 'Tùy chọn:', 'Các lệnh:', 'hiện trợ giúp này', '130'])
      expect(help).toContain(word)
    const all = [program, ...leavesOf(program)].map(helpOf).join('\n')
    expect(all).not.toMatch(/Usage:|Options:|Arguments:|display help|\(choices: |\(default: /)
  })
})

/** Every description, by where it stands. */
async function textsIn(language: 'vi' | 'en'): Promise<Map<string, string>> {
  const program = await programIn(language)
  const all = [program, ...program.commands, ...leavesOf(program)]
  return new Map(
    all.flatMap((command) => [
      [pathOf(command), command.description()] as const,
      ...command.options.map(
        (one) => [`${pathOf(command)} ${one.flags}`, one.description] as const,
      ),
      ...command.registeredArguments.map(
        (one) => [`${pathOf(command)} <${one.name()}>`, one.description] as const,
      ),
    ]),
  )
}

describe('the nouns', () => {
  it('are known by name before they are loaded', async () => {
    const program = await buildProgram((noun) => noun === 'crl')
    const loaded = program.commands.filter(({ commands }) => commands.length > 0)
    expect(loaded.map((command) => command.name())).toEqual(['crl'])
    for (const command of program.commands) expect(nounNames).toContain(command.name())
  })
})
