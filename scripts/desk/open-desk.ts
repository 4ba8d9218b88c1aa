import type { CardDesk } from '../../src/cards/desk-card.ts'
import { InputInvalid } from '../../src/errors.ts'
import type { DeskPurpose } from '../../src/terminals/desk-protocol.ts'
import { TerminalDeskRefused } from '../../src/terminals/desk-refused.ts'
import type { Registry } from '../commands/open-registry.ts'
import { languageOf } from '../words/language.ts'
import type { PinSource } from './holder-pin.ts'
import { openLocalDesk } from './local-desk.ts'
import { openTerminalDesk, type TerminalDeskOptions } from './terminal-desk.ts'
import type { Trace } from './trace-channel.ts'

/** Where the card lies: in a reader of this machine, or of a terminal. */
export interface DeskPlace {
  /** Name of the reader, or a part of it; `virtual:FILE` here. */
  readonly reader?: string
  /** Id or name. */
  readonly terminal?: string
}

export interface OpenDeskOptions extends DeskPlace {
  /** Who gives the PIN here; at a terminal its own prompt asks. */
  readonly pins: PinSource
  readonly purpose: DeskPurpose
  readonly trace: Trace | null
  /** For a terminal alone. */
  readonly registry: Pick<Registry, 'db' | 'random'> | null
  readonly onOpening?: TerminalDeskOptions['onOpening']
}

/** @throws TerminalDeskRefused, CardFault, InputInvalid where neither reader nor terminal is named */
export async function openDesk(options: OpenDeskOptions): Promise<CardDesk> {
  const { reader, terminal, pins, purpose, trace, registry, onOpening } = options
  if (terminal === undefined) {
    if (reader === undefined) throw new InputInvalid('name a reader', { field: 'reader' })
    return openLocalDesk({ reader, pins, trace })
  }
  if (registry === null) throw new InputInvalid('a terminal needs the registry')
  if (pins.staysHere === true) throw new TerminalDeskRefused('slip-is-here')
  return openTerminalDesk({
    ...{ db: registry.db, random: registry.random, terminal, purpose, trace },
    reader: reader ?? null,
    language: languageOf(process.env),
    ...(onOpening !== undefined && { onOpening }),
  })
}
