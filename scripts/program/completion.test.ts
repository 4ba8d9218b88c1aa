import { execFile, execFileSync } from 'node:child_process'
import { mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { Command } from 'commander'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { addCompletion, asksForFile } from './completion.ts'
import { ecardWords } from './ecard-words.ts'
import { buildProgram } from './program.ts'

const run = promisify(execFile)
let folder: string
let environment: NodeJS.ProcessEnv

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ecard-completion-'))
  // As README puts it on the path; from there it finds its own files.
  await symlink(resolve(import.meta.dirname, '../ecard'), join(folder, 'ecard'))
  const path = [folder, process.env['PATH'] ?? ''].join(delimiter)
  // There is no registry: whoever opened one would fail.
  environment = { PATH: path, ECARD_LANG: 'vi', ECARD_DATA_DIR: join(folder, 'none') }
})
afterAll(() => rm(folder, { recursive: true, force: true }))
afterEach(() => vi.restoreAllMocks())

/** What bash offers after these words, by the script that the command prints for it. */
async function offered(...typed: string[]): Promise<string[]> {
  const script = `
    source <(ecard complete bash)
    COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=\${#COMP_LINE}
    compopt() { :; }
    $(complete -p ecard | sed 's/.*-F \\([^ ]*\\).*/\\1/')
    printf '%s\\n' "\${COMPREPLY[@]}"`
  const args = ['-c', script, 'bash', 'ecard', ...typed]
  const { stdout } = await run('bash', args, { env: environment, cwd: folder })
  return stdout.trim().split('\n').filter(Boolean)
}

describe('completion in bash', () => {
  it('offers the nouns', async () => {
    expect(await offered('c')).toEqual(
      expect.arrayContaining(['card', 'certificate', 'ca', 'crl', 'complete']),
    )
  })

  it('offers the verbs of a noun', async () => {
    expect(await offered('crl', '')).toEqual(
      expect.arrayContaining(['list', 'publish', 'export', 'install']),
    )
  })

  it('offers the options of a verb', async () => {
    const options = await offered('crl', 'publish', '--a')
    expect(options.sort()).toEqual(['--apply', '--authority'])
  })
})

/** What the shell is told when it asks back; in this process, for it takes a second to start. */
async function answered(...typed: string[]): Promise<string[]> {
  const lines: string[] = []
  vi.spyOn(console, 'log').mockImplementation((line: string) => void lines.push(line))
  const program = await buildProgram((noun) => typed.includes(noun))
  await program.parseAsync(['complete', '--', ...typed], { from: 'user' })
  vi.restoreAllMocks()
  return lines
}

describe('what a shell asks', () => {
  it('is answered with the values that an option takes', async () => {
    const lines = await answered('ca', 'rollover', '--kind', '')
    expect(lines.map((line) => line.split('\t')[0])).toEqual(
      expect.arrayContaining(['civil-servant', 'citizen', 'enterprise', 'terminal']),
    )
  })

  it('is answered in the language of the reader', async () => {
    vi.stubEnv('ECARD_LANG', 'vi')
    expect(await answered('crl', 'pub')).toContainEqual(
      expect.stringContaining('công bố danh sách'),
    )
    vi.unstubAllEnvs()
  })

  it('is left to the shell where a file is meant', async () => {
    const program = await buildProgram((noun) => noun === 'ca')
    const ask = (...typed: string[]): boolean =>
      asksForFile(program, ['complete', '--', 'ca', 'sign', ...typed])
    expect(ask('--csr', '')).toBe(true)
    expect(ask('--by', '')).toBe(false)
    expect(asksForFile(program, ['ca', 'sign', '--csr', ''])).toBe(false)
  })
})

describe('the scripts', () => {
  it.each(['bash', 'zsh', 'fish', 'powershell'])('are there for %s', async (shell) => {
    const lines: string[] = []
    vi.spyOn(console, 'log').mockImplementation((line: string) => void lines.push(line))
    const program = new Command('ecard')
    addCompletion(program, ecardWords())
    await program.parseAsync(['complete', shell], { from: 'user' })
    expect(lines.join('\n')).toMatch(/ecard complete '?--/)
    if (shell === 'bash') execFileSync('bash', ['-n', '-c', lines.join('\n')])
  })
})
