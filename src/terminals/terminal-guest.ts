import type { DeskAgentFrame, DeskServiceFrame } from './desk-protocol.ts'
import type { ReadersFrame } from './protocol.ts'
import type { Terminal } from './terminal.ts'

/** A welcomed terminal's connection, as far as others than the channel itself may use it. */
export interface TerminalLine {
  readonly connectionId: string
  readonly terminal: Terminal
  send(frame: DeskServiceFrame): void
}

/**
 * What lives on the channel besides sign-ins. It hears of connections of this node from welcome to
 * end, and of frames in between that are no sign-in's. Must not throw.
 */
export interface TerminalGuest {
  opened(line: TerminalLine): void
  heard(line: TerminalLine, frame: DeskAgentFrame | ReadersFrame): void
  closed(line: TerminalLine): void
}
