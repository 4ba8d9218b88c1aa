import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { CommanderError } from 'commander'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { InputInvalid, NotFound, StoreUnavailable } from '../../src/errors.ts'
import { errorSentences } from '../words/error-words.ts'
import { Interrupted } from './interruption.ts'
import { describeError, reportError } from './report-error.ts'

let lines: unknown[]
beforeEach(() => {
  lines = []
  vi.spyOn(console, 'error').mockImplementation((line: unknown) => void lines.push(line))
  vi.stubEnv('ECARD_LANG', 'en')
})
afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
})

const quietly = { isDebugging: false }

describe('what went wrong', () => {
  it('is a code and a sentence in the language of the reader', () => {
    const error = new NotFound('There is no authority x. See ecard ca list.')
    expect(describeError(error, 'en')).toEqual([
      'NOT_FOUND: There is no authority x. See ecard ca list.',
    ])
    vi.stubEnv('ECARD_LANG', 'vi')
    expect(describeError(error, 'vi')).toEqual([
      'NOT_FOUND: Không tìm thấy. Hãy kiểm tra số hoặc tên đã nhập.',
      '  Chi tiết: There is no authority x. See ecard ca list.',
    ])
  })

  it('keeps to the sentence of a command that speaks the language already', () => {
    const error = new InputInvalid('Đã có kept.jws. Hãy đặt tên khác.')
    expect(describeError(error, 'vi')).toEqual(['INPUT_INVALID: Đã có kept.jws. Hãy đặt tên khác.'])
  })

  it('says what to do where the error is for the log alone', () => {
    expect(describeError(new StoreUnavailable('Redis does not answer'), 'en')).toEqual([
      'STORE_UNAVAILABLE: Redis could not be asked. Check REDIS_URL, then run: ecard doctor',
      '  Redis does not answer',
    ])
  })

  it('ends with the documented status', () => {
    expect(reportError(new NotFound('x'), quietly)).toBe(1)
    expect(reportError(new CommanderError(1, 'commander.unknownOption', 'x'), quietly)).toBe(2)
    expect(reportError(new CommanderError(0, 'commander.helpDisplayed', 'x'), quietly)).toBe(0)
    expect(reportError(new Interrupted(), quietly)).toBe(130)
    expect(lines.at(-1)).toContain('Interrupted. What was finished until then stays')
  })

  it('shows neither stack nor message of what nobody expected, unless asked', () => {
    const error = new TypeError('secret input')
    expect(reportError(error, quietly)).toBe(1)
    expect(lines.join('\n')).toMatch(/^INTERNAL_ERROR: .*\(TypeError\).*\n.*--debug/)
    expect(lines.join('\n')).not.toContain('secret input')
    reportError(error, { isDebugging: true })
    expect(lines.at(-1)).toBe(error)
  })
})

describe('the sentences', () => {
  it('are there for every code that is raised', () => {
    const raised = sourcesOf('src').flatMap((text) =>
      [...text.matchAll(/readonly code = '([A-Z_0-9]+)'/g)].map(([, code = '']) => code),
    )
    expect(raised.length).toBeGreaterThan(30)
    expect(raised.filter((code) => !(code in errorSentences))).toEqual([])
  })

  it('are Vietnamese in NFC, each a sentence', () => {
    for (const { vi: vietnamese, en } of Object.values(errorSentences)) {
      expect(vietnamese).toBe(vietnamese.normalize('NFC'))
      expect(vietnamese).toMatch(/^\p{Lu}.*[^\x20-\x7e]/u)
      expect(`${vietnamese} ${en ?? ''}`).not.toMatch(/unknown error|không xác định/i)
    }
  })
})

function sourcesOf(folder: string): string[] {
  const root = resolve(import.meta.dirname, '../..')
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map((name) => readFileSync(join(root, folder, name), 'utf8'))
}
