import { describe, expect, it } from 'vitest'
import { cardErrorOf, pcscCodeOf, sharingViolation } from './pcsc-error.ts'

describe('a failure of PC/SC', () => {
  it.each([
    ['SCardTransmit error: Card was removed.(0x80100069)', 'card-removed'],
    ['SCardTransmit error: Transaction failed.(0x80100016)', 'card-removed'],
    ['SCardConnect error: No smart card inserted.(0x8010000c)', 'card-removed'],
    ['SCardConnect error: Card is unresponsive.(0x80100066)', 'card-defect'],
    ['SCardTransmit error: Card was reset.(0x80100068)', 'selection-lost'],
    ['SCardTransmit error: Reader is unavailable.(0x80100017)', 'reader-unavailable'],
    ['SCardTransmit error: RPC transport error.(0x80100013)', 'reader-unavailable'],
    ['Card Reader not connected', 'reader-unavailable'],
  ])('%s means %s', (message, reason) => {
    expect(cardErrorOf(new Error(message)).reason).toBe(reason)
  })

  it('is read where a LONG is 64 bits wide', () => {
    expect(pcscCodeOf(new Error('SCardConnect error: (0xffffffff8010000b)'))).toBe(sharingViolation)
  })
})
