import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { freeAddress } from '../../../test/support/free-address.ts'
import { DemoProblem } from '../demo-problem.ts'
import { readOptions } from '../options.ts'
import { checkPorts } from './check-ports.ts'
import { claimDataDir } from './claim-data-dir.ts'
import { startOfProcess } from './process-identity.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ecard-demo-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true })
})

describe('what keeps the demo from starting', () => {
  it('is said of a port in use, with the port and the option that helps', async () => {
    const { port } = await freeAddress()
    const other = createServer().listen(port, '127.0.0.1')
    await once(other, 'listening')
    const { text } = await problemOf(checkPorts([port]))
    expect(text.en).toContain(`Port ${port} is in use`)
    expect(text.vi).toContain(`Cổng ${port}`)
    expect(text.vi).toContain('--port-base')
    other.close()
  })

  it('is said of a folder that cannot be written', async () => {
    writeFileSync(join(folder, 'file'), '')
    const { text } = await problemOf(claimDataDir(join(folder, 'file', 'data')))
    expect(text.en).toContain('Cannot write')
    expect(text.vi).toContain('--data-dir')
  })

  it('is said of a folder that another demo uses', async () => {
    const release = await claimDataDir(folder)
    const { text } = await problemOf(claimDataDir(folder))
    expect(text.en).toContain('Another demo is using')
    await release()
    await expect(claimDataDir(folder)).resolves.toBeTypeOf('function')
  })

  it('is not a claim whose process has ended', async () => {
    const ended = spawn(process.execPath, ['--version'], { stdio: 'ignore' })
    await once(ended, 'exit')
    writeFileSync(join(folder, 'demo.lock'), JSON.stringify({ pid: ended.pid, start: null }))
    await expect(claimDataDir(folder)).resolves.toBeTypeOf('function')
    expect(readFileSync(join(folder, 'demo.lock'), 'utf8')).toContain(`"pid":${process.pid}`)
  })

  it.runIf(startOfProcess(process.pid) !== null)(
    'is not a claim whose number another process has by now',
    async () => {
      const claim = { pid: process.ppid, start: '1' }
      writeFileSync(join(folder, 'demo.lock'), JSON.stringify(claim))
      await expect(claimDataDir(folder)).resolves.toBeTypeOf('function')
    },
  )

  it('is not a claim that was cut short', async () => {
    writeFileSync(join(folder, 'demo.lock'), '{"pid":')
    await expect(claimDataDir(folder)).resolves.toBeTypeOf('function')
  })
})

describe('the command line', () => {
  it('has a default for everything', () => {
    expect(readOptions([])).toMatchObject({ portBase: 8400, pcsc: false, logLevel: 'error' })
  })

  it('takes all options', () => {
    const given = ['--data-dir', folder, '--port-base', '9400', '--pcsc', '--log-level', 'info']
    expect(readOptions(given)).toEqual({
      ...{ dataDir: folder, portBase: 9400, pcsc: true, logLevel: 'info' },
    })
  })

  it.each([
    [['--port-base', '80'], '--port-base takes a number from 1024 to 65520'],
    [['--port-base', '65530'], '--port-base takes a number from 1024 to 65520'],
    [['--log-level', 'loud'], '--log-level takes one of'],
    [['--port'], 'Cannot read the options “--port”'],
    [['here'], 'Cannot read the options “here”'],
  ])('refuses %j with a sentence', (args, sentence) => {
    expect(() => readOptions(args)).toThrow(sentence)
  })
})

async function problemOf(work: Promise<unknown>): Promise<DemoProblem> {
  const problem = await work.catch((error: unknown) => error)
  if (problem instanceof DemoProblem) return problem
  throw new Error('it did not raise a problem')
}
