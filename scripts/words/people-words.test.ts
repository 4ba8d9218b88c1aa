import { describe, expect, it } from 'vitest'
import { rowFaultReasons } from '../../src/holders/import/file-row.ts'
import { languageOf } from './language.ts'
import { fileFaultReasons } from '../people/people-file-refused.ts'
import { peopleEn } from './people-en.ts'
import { peopleVi } from './people-vi.ts'

describe('the words about people and offices', () => {
  it('exist in both languages under the same keys', () => {
    expect(keysOf(peopleVi)).toEqual(keysOf(peopleEn))
  })

  it('have a sentence of its own for every reason to refuse a row or a file', () => {
    for (const words of [peopleVi, peopleEn]) {
      const rows = rowFaultReasons.map((reason) =>
        words.rowFaults[reason]({ reason, at: null, found: 'x' }),
      )
      const files = fileFaultReasons.map((reason) => words.fileFaults[reason]({}))
      for (const sentence of [...rows, ...files]) expect(sentence).toMatch(/\p{L}{2}/u)
      expect(new Set(files).size).toBe(files.length)
    }
  })

  it.each([
    [{}, 'vi'],
    [{ LANG: 'vi_VN.UTF-8' }, 'vi'],
    [{ LANG: 'en_GB.UTF-8' }, 'en'],
    [{ LANG: 'C.UTF-8' }, 'en'],
    [{ LANG: 'C.UTF-8', ECARD_LANG: 'vi' }, 'vi'],
    [{ LANG: 'vi_VN.UTF-8', ECARD_LANG: 'en' }, 'en'],
  ] as const)('are chosen by %j', (environment, language) => {
    expect(languageOf(environment)).toBe(language)
  })
})

function keysOf(value: object): string[] {
  return Object.entries(value)
    .flatMap(([key, inner]: [string, unknown]) =>
      typeof inner === 'object' && inner !== null
        ? keysOf(inner).map((below) => `${key}.${below}`)
        : [key],
    )
    .sort()
}
