import { describe, expect, it } from 'vitest'
import { auditHelpEn } from './audit-help-en.ts'
import { auditHelpVi } from './audit-help-vi.ts'
import { authorityEn } from './authority-en.ts'
import { authorityVi } from './authority-vi.ts'
import { certificateEn } from './certificate-en.ts'
import { certificateVi } from './certificate-vi.ts'
import { commanderEn } from './commander-en.ts'
import { commanderVi } from './commander-vi.ts'
import { crlEn } from './crl-en.ts'
import { crlVi } from './crl-vi.ts'
import { ecardEn } from './ecard-en.ts'
import { ecardVi } from './ecard-vi.ts'
import { passkeyMetadataEn } from './passkey-metadata-en.ts'
import { passkeyMetadataVi } from './passkey-metadata-vi.ts'
import { peopleHelpEn } from './people-help-en.ts'
import { peopleHelpVi } from './people-help-vi.ts'
import { progressEn } from './progress-en.ts'
import { progressVi } from './progress-vi.ts'

const pairs: readonly (readonly [string, object, object])[] = [
  ['audit help', auditHelpVi, auditHelpEn],
  ['authorities', authorityVi, authorityEn],
  ['certificates', certificateVi, certificateEn],
  ['help pages', commanderVi, commanderEn],
  ['revocation lists', crlVi, crlEn],
  ['the command', ecardVi, ecardEn],
  ['passkey metadata', passkeyMetadataVi, passkeyMetadataEn],
  ['people help', peopleHelpVi, peopleHelpEn],
  ['progress', progressVi, progressEn],
]

describe.each(pairs)('the words of %s', (_, vietnamese, english) => {
  it('exist in both languages under the same keys', () => {
    expect([...textsOf(vietnamese).keys()].sort()).toEqual([...textsOf(english).keys()].sort())
  })

  it('are in Unicode NFC, and none is empty', () => {
    for (const text of [...textsOf(vietnamese).values(), ...textsOf(english).values()]) {
      expect(text).toBe(text.normalize('NFC'))
    }
    const empty = [...textsOf(vietnamese)].filter(([, text]) => text === '')
    expect(empty).toEqual([])
  })

  it('show the same examples', () => {
    const examples = (words: object): string[] =>
      [...textsOf(words).values()].flatMap((text) => text.match(/^ {2}ecard .*$/gm) ?? [])
    const verbs = (lines: string[]): string[] =>
      lines.map((line) => line.trim().split(' ').slice(0, 3).join(' ')).sort()
    expect(verbs(examples(vietnamese))).toEqual(verbs(examples(english)))
  })
})

/** Every text by its path; functions, which make texts, by an empty one. */
function textsOf(words: object, path = ''): Map<string, string> {
  return new Map(
    Object.entries(words).flatMap(([key, value]: [string, unknown]) => {
      const at = path === '' ? key : `${path}.${key}`
      if (typeof value === 'string') return [[at, value] as const]
      if (typeof value === 'function') return [[`${at}()`, 'made of values'] as const]
      return typeof value === 'object' && value !== null ? [...textsOf(value, at)] : []
    }),
  )
}
