import { describe, expect, it } from 'vitest'
import { refusals, type Refusal } from '../../card-auth/refusal.ts'
import { passkeyRefusals, type PasskeyRefusal } from '../../passkeys/refusal.ts'
import { passRefusals, type PassRefusal } from '../../passes/refusal.ts'
import { progressSteps } from '../../terminals/protocol.ts'
import { stateOfProgress } from '../state-of-progress.ts'
import { errorWords, unexpectedWords } from './error-words.ts'
import { fill, formatDate, type Text } from './language.ts'
import { noticeFor, noticeWords } from './notice-words.ts'
import { doneWords, myPasskeysWords, signedInByWords } from './my-passkeys-words.ts'
import { words } from './page-words.ts'
import { passRefusalAdvice, passWords } from './pass-words.ts'
import { passkeyRefusalAdvice } from './passkey-refusal-words.ts'
import { cardAloneWords, passkeyWords } from './passkey-words.ts'
import { authorityKindWords, authorityStateWords, pkiSentences, pkiWords } from './pki-words.ts'
import { refusalAdvice } from './refusal-words.ts'
import { stateWords, type StateWords } from './state-words.ts'

const states: [string, StateWords][] = Object.entries(stateWords)
const errors = Object.values(errorWords).filter((row) => row !== 'unexpected')
const refusalRows: (Refusal | PasskeyRefusal | PassRefusal)[] = [
  ...Object.values(refusals),
  ...Object.values(passkeyRefusals),
  ...Object.values(passRefusals),
]

const texts: Text[] = [
  ...Object.values(words),
  ...Object.values(noticeWords),
  ...Object.values(pkiWords),
  ...Object.values(authorityKindWords),
  ...Object.values(authorityStateWords),
  ...Object.values(pkiSentences),
  ...Object.values(refusalAdvice),
  ...Object.values(passkeyWords),
  ...Object.values(myPasskeysWords),
  ...Object.values(doneWords),
  ...Object.values(signedInByWords),
  ...Object.values(cardAloneWords),
  ...Object.values(passkeyRefusalAdvice),
  ...Object.values(passWords),
  ...Object.values(passRefusalAdvice),
  ...refusalRows,
  ...states.flatMap(([, { heading, advice }]) => [heading, advice]),
  ...[unexpectedWords, ...errors].flatMap(({ heading, advice }) => [heading, advice]),
]

describe('the words', () => {
  it('hold the same placeholders in both languages', () => {
    const placeholders = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort()
    for (const { vi, en } of texts) expect(placeholders(en)).toEqual(placeholders(vi))
  })

  it('are in Unicode NFC, and both there or both empty', () => {
    for (const { vi, en } of texts) {
      expect([vi, en]).toEqual([vi.normalize('NFC'), en.normalize('NFC')])
      expect(vi === '').toBe(en === '')
    }
  })

  it('never speak of an unknown error', () => {
    for (const { vi, en } of texts)
      expect(`${vi} ${en}`).not.toMatch(/unknown error|không xác định/i)
  })
})

describe('the codes that people read out', () => {
  it('name one state, refusal or error each', () => {
    const ofStates = new Set(states.flatMap(([, { code }]) => code ?? []))
    const others = [unexpectedWords, ...errors, ...refusalRows].map(({ lookupCode }) => lookupCode)
    const all = [...ofStates, ...others]
    expect(new Set(all).size).toBe(all.length)
    for (const code of all) expect(code).toMatch(/^ECARD-\d{4}$/)
  })

  it('are there for every state that is a fault', () => {
    for (const [name, { picture, code }] of states)
      expect([name, code === null]).toEqual([name, !['fault', 'absent'].includes(picture)])
  })
})

describe('a step of the terminal', () => {
  it.each(progressSteps)('has a state of its own: %s', (step) => {
    expect(stateWords).toHaveProperty([stateOfProgress({ step, triesLeft: 2 }).state])
  })

  it('says how many tries are left, and warns before the last', () => {
    const step = 'wrong-pin'
    expect(stateOfProgress({ step, triesLeft: 3 })).toEqual({ state: 'wrong-pin', n: 3 })
    expect(stateOfProgress({ step, triesLeft: 1 })).toEqual({ state: 'wrong-pin-last' })
    expect(stateOfProgress({ step, triesLeft: 0 })).toEqual({ state: 'pin-blocked' })
    expect(stateOfProgress({ step })).toEqual({ state: 'wrong-pin-uncounted' })
  })
})

describe('sentences', () => {
  it('take values, and leave out what has none', () => {
    expect(fill('Còn {n} lần thử{rest}', { n: 2 })).toBe('Còn 2 lần thử')
  })

  it('give dates in civil time here, the day first', () => {
    expect(formatDate(new Date('2026-11-20T17:00:00Z'))).toBe('21/11/2026')
  })

  it('give no notice for a first sign-in', () => {
    const options = { language: 'vi', takesPasskeys: true } as const
    expect(noticeFor('no-session', ['citizen'], options)).toBeNull()
    expect(noticeFor('toString', ['citizen'], options)).toBeNull()
  })
})
