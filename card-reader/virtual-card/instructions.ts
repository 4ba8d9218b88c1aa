import { attest } from './attestation.ts'
import type { CommandApdu } from './command-apdu.ts'
import { generalAuthenticate } from './general-authenticate.ts'
import { generateKeyPair, importKey } from './make-keys.ts'
import { setManagementKey } from './management-key.ts'
import { getData, putData } from './objects.ts'
import { changeReferenceData, resetRetryCounter, verify } from './pins.ts'
import { Refusal, status, type Reply } from './reply.ts'
import { select } from './select.ts'
import type { CardContext } from './session.ts'
import {
  getMetadata,
  getSerialNumber,
  getVersion,
  resetApplication,
  setRetries,
} from './vendor-commands.ts'

type Run = (card: CardContext, command: CommandApdu) => Reply

const selectInstruction = 0xa4
const verifyInstruction = 0x20
const authenticateInstruction = 0x87
const managementKey = 0x9b

const metadataInstructions: readonly number[] = [0xf7, 0xf8]

/** Everything this card can do. */
const instructions: Readonly<Partial<Record<number, Run>>> = {
  [verifyInstruction]: verify,
  0x24: changeReferenceData,
  0x2c: resetRetryCounter,
  0x47: generateKeyPair,
  [authenticateInstruction]: generalAuthenticate,
  [selectInstruction]: select,
  0xcb: getData,
  0xdb: putData,
  0xf7: getMetadata,
  0xf8: getSerialNumber,
  0xf9: attest,
  0xfa: setRetries,
  0xfb: resetApplication,
  0xfd: getVersion,
  0xfe: importKey,
  0xff: setManagementKey,
}

/**
 * Carries one whole command out. Before SELECT every other command is unknown: hosts that try
 * foreign applications first must see them fail.
 *
 * @throws Refusal
 */
export function carryOut(card: CardContext, command: CommandApdu): Reply {
  const run = instructions[command.ins]
  const isMissing = metadataInstructions.includes(command.ins) && !card.state.behaviour.metadata
  const offered = !isMissing && (card.session.selected || command.ins === selectInstruction)
  forgetChallengeUnlessAnswered(card, command)
  try {
    if (run === undefined || !offered) throw new Refusal(status.unknownInstruction)
    return run(card, command)
  } finally {
    endFreshPin(card, command)
  }
}

/** A witness or challenge of the management key is good for the very next command only. */
function forgetChallengeUnlessAnswered(card: CardContext, { ins, p2 }: CommandApdu): void {
  const answers = ins === authenticateInstruction && p2 === managementKey
  if (!answers) card.session.managementChallenge = null
}

/** The PIN for a key with policy *always* is used up by any command but VERIFY, on most cards. */
function endFreshPin(card: CardContext, { ins }: CommandApdu): void {
  const ends = card.state.behaviour.pinAlwaysEndsWith === 'next-command'
  if (ends && ins !== verifyInstruction) card.session.pinFresh = false
}
