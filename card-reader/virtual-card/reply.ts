/** What a command answers, before the link layer cuts it into blocks. */
export interface Reply {
  readonly data: Buffer
  readonly statusWord: number
}

/** Success, with what the card has to say. */
export function done(data: Buffer = Buffer.alloc(0)): Reply {
  return { data, statusWord: status.done }
}

/** A command ends with this status word and without data. */
export class Refusal extends Error {
  readonly statusWord: number

  constructor(statusWord: number) {
    super(`refused with ${statusWord.toString(16)}`)
    this.name = 'Refusal'
    this.statusWord = statusWord
  }
}

/** The status words this card uses (ISO 7816-4 §5.6, SP 800-73pt2-5 table 5). */
export const status = {
  done: 0x9000,
  moreData: 0x6100,
  triesLeft: 0x63c0,
  wrongLength: 0x6700,
  secureMessagingUnsupported: 0x6882,
  lastOfChainExpected: 0x6883,
  chainingUnsupported: 0x6884,
  securityNotSatisfied: 0x6982,
  blocked: 0x6983,
  conditionsNotSatisfied: 0x6985,
  badData: 0x6a80,
  unsupportedHere: 0x6a81,
  notFound: 0x6a82,
  noSpace: 0x6a84,
  wrongParameters: 0x6a86,
  referenceNotFound: 0x6a88,
  wrongLe: 0x6c00,
  unknownInstruction: 0x6d00,
  unknownClass: 0x6e00,
} as const
