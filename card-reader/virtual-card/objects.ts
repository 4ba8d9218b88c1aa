import { checkAdministrator, checkContactSide, checkMayRead } from './access.ts'
import type { CommandApdu } from './command-apdu.ts'
import { build, takeFirst, unwrap } from './card-tlv.ts'
import { done, Refusal, status, type Reply } from './reply.ts'
import type { CardContext } from './session.ts'

const maxObjectBytes = 3072
const maxAllObjectsBytes = 51 * 1024
/** Objects that stand in their own tag instead of 53: discovery and biometric group. */
const ownTagObjects: readonly string[] = ['7e', '7f61']
/** Application PIN only, no global PIN (SP 800-73pt1-5 §3.3.2); served until one is written. */
const builtInDiscovery = Buffer.from('7e124f0ba0000003080000100001005f2f024000', 'hex')

/** GET DATA (SP 800-73pt2-5 §3.1.2): always the whole object. */
export function getData(card: CardContext, command: CommandApdu): Reply {
  checkObjectParameters(command)
  const tag = objectTag(unwrap(command.data, 0x5c))
  checkMayRead(card, tag)
  const object = readObject(card, tag)
  if (object === null) throw new Refusal(status.notFound)
  return done(object)
}

/** The object as GET DATA gives it; null when it is not there. */
export function readObject(card: CardContext, tag: string): Buffer | null {
  const stored = card.state.objects[tag]
  if (stored !== undefined) return Buffer.from(stored, 'base64')
  return tag === '7e' ? builtInDiscovery : null
}

/** PUT DATA (SP 800-73pt2-5 §3.3.1): replaces the whole object; `53 00` deletes it. */
export function putData(card: CardContext, command: CommandApdu): Reply {
  checkContactSide(card)
  checkObjectParameters(command)
  checkAdministrator(card)
  const { tag, object, isEmpty } = readWrite(command.data)
  const others = without(card.state.objects, tag)
  if (!isEmpty) checkSpace(others, object)
  card.state.objects = isEmpty ? others : { ...others, [tag]: object.toString('base64') }
  card.save()
  return done()
}

function without(objects: Readonly<Record<string, string>>, tag: string): Record<string, string> {
  return Object.fromEntries(Object.entries(objects).filter(([other]) => other !== tag))
}

function readWrite(data: Buffer): { tag: string; object: Buffer; isEmpty: boolean } {
  const first = takeFirst(data)
  if (first.tag !== 0x5c) {
    const tag = first.tag.toString(16)
    const whole = ownTagObjects.includes(tag) && first.rest.length === 0
    if (!whole) throw new Refusal(status.badData)
    return { tag, object: data, isEmpty: first.value.length === 0 }
  }
  const tag = objectTag(first.value)
  if (ownTagObjects.includes(tag)) throw new Refusal(status.badData)
  const content = unwrap(first.rest, 0x53)
  return { tag, object: build('53', content), isEmpty: content.length === 0 }
}

function checkSpace(others: Readonly<Record<string, string>>, object: Buffer): void {
  const used = Object.values(others).reduce((sum, base64) => sum + (base64.length * 3) / 4, 0)
  const full = object.length > maxObjectBytes || used + object.length > maxAllObjectsBytes
  if (full) throw new Refusal(status.noSpace)
}

function objectTag(bytes: Buffer): string {
  const tag = bytes.toString('hex')
  if (!ownTagObjects.includes(tag) && !/^5f[0-9a-f]{4}$/.test(tag))
    throw new Refusal(status.badData)
  return tag
}

function checkObjectParameters({ p1, p2 }: CommandApdu): void {
  if (p1 !== 0x3f || p2 !== 0xff) throw new Refusal(status.wrongParameters)
}
