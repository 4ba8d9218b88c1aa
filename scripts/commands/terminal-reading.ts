import { isConnected } from '../../src/terminals/fleet.ts'
import { findTerminal } from '../../src/terminals/find-terminal.ts'
import { listTerminals, type ListedTerminal } from '../../src/terminals/terminal-list-store.ts'
import { createTerminalStore } from '../../src/terminals/terminal-store.ts'
import type { TerminalState } from '../../src/terminals/terminal.ts'
import { terminalWords, type TerminalWords } from '../words/terminal-words.ts'
import { inTerminalWords } from './in-terminal-words.ts'
import { withRegistry } from './open-registry.ts'
import { printTable } from './print-table.ts'

interface Shown {
  readonly words: TerminalWords
  readonly now: Date
}

export async function list(options: {
  readonly state?: TerminalState
  readonly json?: boolean
}): Promise<void> {
  const words = terminalWords()
  const { state, json } = options
  await withRegistry(async ({ db, clock }) => {
    const all = await listTerminals(db, state === undefined ? {} : { state })
    const now = clock.now()
    if (json === true) for (const one of all) console.log(JSON.stringify(asJson(one, now)))
    else if (all.length === 0) console.log(words.noneFound)
    else {
      const rows = all.map((one) => rowOf(one, { words, now }))
      printTable(words.headings, rows)
    }
  })
}

export async function show(named: string, { json }: { readonly json?: boolean }): Promise<void> {
  const words = terminalWords()
  await withRegistry(async ({ db, clock }) => {
    const { id } = await inTerminalWords(() => findTerminal(createTerminalStore(db), named))
    const [one] = await listTerminals(db, { id })
    if (one === undefined) return
    const now = clock.now()
    if (json === true) console.log(JSON.stringify(asJson(one, now)))
    else for (const line of describe(one, { words, now })) console.log(line)
  })
}

function asJson(one: ListedTerminal, now: Date) {
  const { id, name, state, stateSince, mode, isDesk, agency, certifiedUntil, connection } = one
  return {
    ...{ id, name, state, stateSince, mode, isDesk, agency, certifiedUntil },
    online: isConnected(connection, now),
    lastSeen: connection?.seenAt ?? null,
    readers: connection?.readers ?? [],
  }
}

function rowOf(one: ListedTerminal, { words, now }: Shown): string[] {
  return [
    one.name,
    words.states[one.state],
    words.modes[one.mode],
    one.isDesk ? words.yes : words.none,
    one.agency?.code ?? words.none,
    connectionOf(one, { words, now }),
    one.certifiedUntil?.toISOString().slice(0, 10) ?? words.none,
    one.id,
  ]
}

function describe(one: ListedTerminal, { words, now }: Shown): string[] {
  const { labels } = words
  const { agency, connection } = one
  const rows = [
    [labels.name, one.name],
    [labels.id, one.id],
    [labels.state, `${words.states[one.state]} (${minuteOf(one.stateSince)})`],
    [labels.mode, words.modes[one.mode]],
    [labels.desk, one.isDesk ? words.yes : words.no],
    [labels.agency, agency === null ? words.none : `${agency.code} ${agency.name}`],
    [labels.connection, connectionOf(one, { words, now })],
    [labels.certificate, one.certifiedUntil?.toISOString().slice(0, 10) ?? words.none],
    ...(connection?.readers ?? []).map((name) => [words.readers, name]),
  ] as const
  const width = Math.max(...rows.map(([label = '']) => Array.from(label).length))
  return rows.map(([label = '', value = '']) => `${label.padEnd(width)}  ${value}`)
}

function connectionOf({ connection }: ListedTerminal, { words, now }: Shown): string {
  if (connection === null) return words.never
  if (isConnected(connection, now)) return words.online
  return words.lastSeen(minuteOf(connection.seenAt))
}

function minuteOf(instant: Date): string {
  return instant.toISOString().slice(0, 16).replace('T', ' ')
}
