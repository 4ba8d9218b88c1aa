import type { CommandApdu } from './command-apdu.ts'
import { build } from './card-tlv.ts'
import { done, Refusal, status, type Reply } from './reply.ts'
import type { CardContext } from './session.ts'

const applicationIdentifier = Buffer.from('a000000308000010000100', 'hex')
const registeredIdentifierBytes = 5
/** 3DES, AES-128, AES-192, AES-256, RSA-2048, P-256, P-384. */
const algorithmIds = [0x03, 0x08, 0x0a, 0x0c, 0x07, 0x11, 0x14]

/**
 * SELECT (SP 800-73pt2-5 §3.1.1): any beginning of the identifier from the RID on names us.
 * Selecting again keeps all statuses; a name that is not ours leaves us selected.
 */
export function select(card: CardContext, command: CommandApdu): Reply {
  const { p1, data } = command
  // The name decides alone: hosts vary P2, and none of its values means anything to us.
  if (p1 !== 0x04) throw new Refusal(status.wrongParameters)
  const ours = applicationIdentifier.subarray(0, data.length).equals(data)
  if (!ours || data.length < registeredIdentifierBytes) throw new Refusal(status.notFound)
  card.session.selected = true
  return done(applicationTemplate(card))
}

function applicationTemplate({ state }: CardContext): Buffer {
  const registered = applicationIdentifier.subarray(0, registeredIdentifierBytes)
  const { pixOnly, algorithmTemplates } = state.behaviour
  const identifier = pixOnly
    ? applicationIdentifier.subarray(registeredIdentifierBytes)
    : applicationIdentifier
  const authority = build('79', build('4f', registered))
  const algorithms = algorithmElements(algorithmTemplates)
  return build('61', build('4f', identifier), authority, ...algorithms)
}

function algorithmElements(form: 'none' | 'one' | 'several'): Buffer[] {
  const identifiers = algorithmIds.map((id) => build('80', Buffer.of(id)))
  const end = build('06', Buffer.of(0x00))
  if (form === 'none') return []
  if (form === 'one') return [build('ac', ...identifiers, end)]
  return identifiers.map((identifier) => build('ac', identifier, end))
}
