import { describe, expect, it } from 'vitest'
import { checkStatusWord, type CardErrorReason, type Purpose } from './status-word.ts'

/** Every row of the table of status words, by what the command was for. */
const table: readonly (readonly [number, Purpose, CardErrorReason, number | null])[] = [
  // status word, purpose, reason, tries left
  [0x63c2, 'pin', 'wrong-pin', 2],
  [0x63cf, 'pin', 'wrong-pin', 15],
  [0x6302, 'pin', 'wrong-pin', 2],
  [0x63c0, 'pin', 'pin-blocked', 0],
  [0x63c1, 'puk', 'wrong-puk', 1],
  [0x63c0, 'puk', 'puk-blocked', 0],
  [0x63c2, 'read', 'protocol', null],
  [0x6983, 'pin', 'pin-blocked', 0],
  [0x6983, 'puk', 'puk-blocked', 0],
  [0x6982, 'pin', 'not-over-this-interface', null],
  [0x6982, 'read', 'not-over-this-interface', null],
  [0x6982, 'tap-signature', 'not-over-this-interface', null],
  [0x6982, 'pin-signature', 'pin-required', null],
  [0x6982, 'verified-signature', 'not-over-this-interface', null],
  [0x6982, 'management-key', 'wrong-management-key', null],
  [0x6982, 'write', 'wrong-management-key', null],
  [0x6985, 'write', 'not-possible-now', null],
  [0x6a80, 'read', 'bad-data', null],
  [0x6a80, 'management-key', 'wrong-management-key', null],
  [0x6a81, 'pin', 'not-over-this-interface', null],
  [0x6a82, 'select', 'not-a-piv-card', null],
  [0x6a82, 'read', 'object-not-found', null],
  [0x6a84, 'write', 'card-full', null],
  [0x6a86, 'tap-signature', 'no-key', null],
  [0x6a86, 'pin', 'not-supported', null],
  [0x6a88, 'read', 'no-key', null],
  [0x6a88, 'pin', 'not-supported', null],
  [0x6700, 'read', 'protocol', null],
  [0x6882, 'read', 'protocol', null],
  [0x6883, 'write', 'protocol', null],
  [0x6884, 'write', 'not-supported', null],
  [0x6981, 'read', 'protocol', null],
  [0x6987, 'read', 'protocol', null],
  [0x6988, 'read', 'protocol', null],
  [0x6999, 'read', 'selection-lost', null],
  [0x6999, 'select', 'not-a-piv-card', null],
  [0x6d00, 'select', 'not-a-piv-card', null],
  [0x6e00, 'select', 'not-a-piv-card', null],
  [0x6d00, 'read', 'not-supported', null],
  [0x6e00, 'read', 'not-supported', null],
  [0x6f00, 'read', 'card-defect', null],
  [0x6285, 'select', 'card-defect', null],
  [0x6581, 'write', 'card-defect', null],
  [0x1234, 'read', 'protocol', null],
]

describe('status words', () => {
  it.each(table)(
    '%i after %s is %s with %s tries left',
    (statusWord, purpose, reason, triesLeft) => {
      const judge = () => {
        checkStatusWord(statusWord, purpose)
      }
      expect(judge).toThrow(expect.objectContaining({ reason, triesLeft, statusWord }) as Error)
    },
  )

  it('lets 9000 pass, whatever the command was', () => {
    for (const purpose of new Set(table.map(([, purpose]) => purpose))) {
      expect(() => {
        checkStatusWord(0x9000, purpose)
      }).not.toThrow()
    }
  })

  it('never passes anything else', () => {
    const all = Array.from({ length: 0x10000 }, (_, statusWord) => statusWord)
    expect(all.filter(passes)).toEqual([0x9000])
  })
})

function passes(statusWord: number): boolean {
  try {
    checkStatusWord(statusWord, 'tap-signature')
    return true
  } catch {
    return false
  }
}
