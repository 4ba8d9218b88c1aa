import { atrOf } from './behaviour.ts'
import { managementAlgorithms } from './card-state.ts'
import { takeFirst, unwrap } from './card-tlv.ts'
import { Refusal } from './reply.ts'
import type { VirtualCard } from './virtual-card.ts'

const algorithmNames = { 0x07: 'RSA-2048', 0x11: 'P-256', 0x14: 'P-384' } as const
const pinPolicyNames = ['', 'no PIN', 'PIN once', 'PIN always']
const objectNames: Readonly<Record<string, string>> = {
  '5fc101': '9E certificate',
  '5fc102': 'CHUID',
  '5fc105': '9A certificate',
  '5fc107': 'card capability container',
  '5fc10a': '9C certificate',
  '5fc10b': '9D certificate',
}

/** What is on a card, for people. No PIN, no key, no management key. */
export function describeCard(card: VirtualCard): string {
  const { state } = card
  const { pin, puk, managementKey, behaviour } = state
  const keys = Object.entries(state.keys).map(([slot, key]) => {
    const name = algorithmNames[key.algorithm]
    return `  ${slot.toUpperCase()}  ${name}, ${key.origin}, ${pinPolicyNames[key.pinPolicy] ?? ''}`
  })
  const objects = Object.entries(state.objects).map(([tag, base64]) => {
    const bytes = Buffer.from(base64, 'base64').length
    return `  ${tag.toUpperCase()}  ${objectNames[tag] ?? 'object'}, ${bytes} bytes`
  })
  return [
    `Serial number   ${state.serialNumber}`,
    `Card UUID       ${cardUuidOf(state.objects['5fc102']) ?? 'none: not personalised'}`,
    `Interface       ${behaviour.interface}, policy ${behaviour.contactlessPolicy}`,
    `ATR             ${atrOf(behaviour).toString('hex')}`,
    `PIN             ${pin.triesLeft} of ${pin.triesTotal} tries left`,
    `PUK             ${puk.triesLeft} of ${puk.triesTotal} tries left`,
    `Management key  ${managementAlgorithms[managementKey.algorithm].name}`,
    `Keys            ${keys.length}`,
    ...keys,
    `Objects         ${objects.length}`,
    ...objects,
  ].join('\n')
}

function cardUuidOf(chuid: string | undefined): string | null {
  if (chuid === undefined) return null
  const guid = guidOf(Buffer.from(chuid, 'base64'))
  return (
    guid?.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5') ?? null
  )
}

/** Null when the CHUID was written by something that does not write CHUIDs. */
function guidOf(chuid: Buffer): Buffer | null {
  try {
    let rest = unwrap(chuid, 0x53)
    while (rest.length > 0) {
      const element = takeFirst(rest)
      if (element.tag === 0x34) return element.value
      rest = element.rest
    }
    return null
  } catch (error) {
    if (error instanceof Refusal) return null
    throw error
  }
}
