import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { personalise, testCardUuid } from '../../test/support/card-channels.ts'
import { runProgram } from './program.ts'
import { VirtualCard } from './virtual-card.ts'

const program = join(import.meta.dirname, 'main.ts')

let folder: string
let file: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ecard-virtual-card-'))
  file = join(folder, 'card.json')
})

afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

async function run(...parameters: readonly string[]) {
  let output = ''
  const write = (text: string) => void (output += text)
  const code = await runProgram(parameters, { write, writeError: write })
  return { output, code }
}

describe('ecard-virtual-card', () => {
  it('makes a card, shows it and changes how it behaves', async () => {
    const made = await run('create', file, '--set', 'blockSize=255', '--set', 'strictLe=true')
    expect(made.output).toMatch(/^Made a blank card, serial number \d+, in .*card\.json\.\n$/)
    const info = await run('info', file)
    expect(info.output).toContain('Card UUID       none: not personalised')
    expect(info.output).toContain('PIN             3 of 3 tries left')
    const changed = await run('configure', file, '--set', 'interface=contact')
    expect(changed).toEqual({ output: 'Changed interface.\n', code: 0 })
    expect(VirtualCard.open({ file }).state.behaviour).toMatchObject({
      interface: 'contact',
      blockSize: 255,
      strictLe: true,
    })
  })

  it('shows what is on a personalised card, and no secret', async () => {
    const card = VirtualCard.create({ file })
    await personalise(card)
    const { output } = await run('info', file)
    expect(output).toContain(testCardUuid)
    expect(output).toContain('9A  P-256, generated, PIN once')
    expect(output).toContain('5FC101  9E certificate, 721 bytes')
    const { pin, puk, managementKey } = card.state
    for (const secret of [pin.value, puk.value, managementKey.value, 'PRIVATE']) {
      expect(output).not.toContain(secret)
    }
  })

  it.each([
    ['no file there', ['info', 'none.json'], /none\.json is not there\. Make a card with/],
    [
      'a file that holds no card',
      ['info', 'other.json'],
      /other\.json is not the file of a virtual/,
    ],
    [
      'a card that is there already',
      ['create', 'card.json'],
      /there already\. Choose another name/,
    ],
    ['a folder that is not there', ['create', 'no/card.json'], /is not there/],
    ['an unknown switch', ['configure', 'card.json', '--set', 'colour=red'], /colour/],
    ['a wrong value', ['configure', 'card.json', '--set', 'blockSize=12'], /blockSize/],
    ['no switch', ['configure', 'card.json'], /required option '--set/],
    ['a port that is none', ['attach', 'card.json', '--port', '99999'], /1 to 65535/],
    ['an unknown command', ['fly'], /unknown command 'fly'/],
  ])('says in a sentence what is wrong: %s', async (_name, parameters, sentence) => {
    VirtualCard.create({ file })
    writeFileSync(join(folder, 'other.json'), '{"format":"something else"}')
    const before = readFileSync(file, 'utf8')
    const placed = parameters.map((word) => (word.endsWith('.json') ? join(folder, word) : word))
    const { output, code } = await run(...placed)
    expect(output).toMatch(sentence)
    expect(output).not.toMatch(/\n\s+at /)
    expect(code).toBe(1)
    expect(readFileSync(file, 'utf8')).toBe(before)
  })

  it.each(['create', 'info', 'configure', 'attach'])(
    'explains %s by an example',
    async (command) => {
      const { output, code } = await run(command, '--help')
      expect(output).toContain(`$ ecard-virtual-card ${command}`)
      expect(code).toBe(0)
    },
  )

  it('is a program of its own: puts a card into a reader until it is interrupted', async () => {
    VirtualCard.create({ file })
    const reader = createServer().listen(0, '127.0.0.1')
    await once(reader, 'listening')
    const { port } = reader.address() as AddressInfo
    const parameters = ['--import', 'tsx', program, 'attach', file, '--port', String(port)]
    const child = spawn(process.execPath, parameters, { stdio: 'ignore' })
    await once(reader, 'connection')
    child.kill('SIGINT')
    expect(await once(child, 'exit')).toEqual([0, null])
    reader.close()
  })
})
